package dev.culvert.tunnel.frame;

import java.util.Optional;

/** Why a WebSocket was closed; PROTOCOL.md section 10. The same names go to logs and metrics. */
public enum CloseCode {
    /** The agent's owner stopped sharing. */
    CLOSED(1000, "closed"),
    /** A frame broke the specification. */
    VIOLATION(4000, "violation"),
    /** The token is missing or not accepted. */
    UNAUTHORIZED(4001, "unauthorized"),
    /** Another agent holds the name. */
    NAME_TAKEN(4002, "name-taken"),
    /** HELLO is malformed, late, or asks for what this relay does not do. */
    HELLO_REFUSED(4003, "hello-refused"),
    /** A newer connection of the same agent took over. */
    SUPERSEDED(4006, "superseded"),
    /** No frame came for too long. */
    DEAD(4007, "dead"),
    /** Too many tunnels. */
    LIMIT(4009, "limit"),
    /** The tunnel's lifetime is over. */
    LIFETIME(4010, "lifetime"),
    /** The relay is shutting down. */
    DRAINING(4011, "draining"),
    /** The relay failed. */
    INTERNAL(4012, "internal");

    private final int code;
    private final String label;

    CloseCode(int code, String label) {
        this.code = code;
        this.label = label;
    }

    /** The WebSocket close code. */
    public int code() {
        return code;
    }

    /** The name used in GOAWAY, logs and metrics. */
    public String label() {
        return label;
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
