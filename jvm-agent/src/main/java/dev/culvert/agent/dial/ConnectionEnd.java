package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.CloseCode;
import java.util.Optional;

/**
 * How a connection to the relay ended.
 *
 * @param code empty when it was lost, or never came about
 * @param message details, or empty
 * @param goneAway whether the relay has said that the tunnel is over for good
 */
record ConnectionEnd(Optional<CloseCode> code, String message, boolean goneAway) {
    static ConnectionEnd lost(String message, boolean goneAway) {
        return new ConnectionEnd(Optional.empty(), message, goneAway);
    }

    /** Whether the agent may dial again. */
    boolean permitsDial() {
        return !goneAway && code.map(CloseCode::permitsResume).orElse(true);
    }

    ClosedReason asReason() {
        return ClosedReason.of(code, message);
    }
}
