package dev.culvert.tunnel.frame;

import java.util.Optional;

/** Why a WebSocket was closed; PROTOCOL.md section 10. The same names go to logs and metrics. */
public enum CloseCode {
    /** The agent's owner stopped sharing. */
    CLOSED(1000, "closed", Retry.NO),
    /** A frame broke the specification. */
    VIOLATION(4000, "violation", Retry.NO),
    /** The token is missing or not accepted. */
    UNAUTHORIZED(4001, "unauthorized", Retry.NO),
    /** Another agent holds the name. */
    NAME_TAKEN(4002, "name-taken", Retry.WITH_ANOTHER_NAME),
    /** HELLO is malformed, late, or asks for what this relay does not do. */
    HELLO_REFUSED(4003, "hello-refused", Retry.NO),
    /** A newer connection of the same agent took over. */
    SUPERSEDED(4006, "superseded", Retry.NO),
    /** No frame came for too long. */
    DEAD(4007, "dead", Retry.YES),
    /** Too many tunnels. */
    LIMIT(4009, "limit", Retry.LATER),
    /** The tunnel's lifetime is over. */
    LIFETIME(4010, "lifetime", Retry.AS_A_NEW_TUNNEL),
    /** The relay is shutting down. */
    DRAINING(4011, "draining", Retry.ELSEWHERE),
    /** The relay failed. */
    INTERNAL(4012, "internal", Retry.YES),
    /** The relay's operator ended the tunnel. */
    KILLED(4013, "killed", Retry.NO);

    /** Whether an agent may dial again after a close. */
    public enum Retry {
        /** No: the same would come of it. */
        NO,
        /** Yes, to resume. */
        YES,
        /** Yes, and it may take a while until it helps. */
        LATER,
        /** Only for another name. */
        WITH_ANOTHER_NAME,
        /** Only for a tunnel of its own, with other sessions and perhaps another name. */
        AS_A_NEW_TUNNEL,
        /** Yes, for a new epoch at another relay. */
        ELSEWHERE
    }

    private final int code;
    private final String label;
    private final Retry retry;

    CloseCode(int code, String label, Retry retry) {
        this.code = code;
        this.label = label;
        this.retry = retry;
    }

    /** The WebSocket close code. */
    public int code() {
        return code;
    }

    /** The name used in GOAWAY, logs and metrics. */
    public String label() {
        return label;
    }

    /** Whether an agent may dial again after it. */
    public Retry retry() {
        return retry;
    }

    /** Whether the agent of a tunnel that ended so dials again, by itself. */
    public boolean permitsResume() {
        return retry == Retry.YES || retry == Retry.LATER || retry == Retry.ELSEWHERE;
    }

    /** The constant of a GOAWAY's name; empty for one that the specification lacks. */
    public static Optional<CloseCode> named(String label) {
        for (CloseCode closeCode : values()) {
            if (closeCode.label.equals(label)) {
                return Optional.of(closeCode);
            }
        }
        return Optional.empty();
    }

    /** The constant of a WebSocket close code; empty for one that the specification lacks. */
    public static Optional<CloseCode> of(int code) {
        for (CloseCode closeCode : values()) {
            if (closeCode.code == code) {
                return Optional.of(closeCode);
            }
        }
        return Optional.empty();
    }
}
