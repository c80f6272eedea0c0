package dev.culvert.relay.policy;

import dev.culvert.tunnel.frame.CloseCode;

/** Whether an agent may open a tunnel. */
public sealed interface Verdict {
    /** It may, so far. */
    record Granted(Grant grant) implements Verdict {}

    /**
     * It may not.
     *
     * @param code what its WebSocket is closed with
     * @param message for its owner; holds nothing of the token
     */
    record Refused(CloseCode code, String message) implements Verdict {}

    /** The token is missing or not accepted. */
    static Verdict unauthorized(String message) {
        return new Refused(CloseCode.UNAUTHORIZED, message);
    }
}
