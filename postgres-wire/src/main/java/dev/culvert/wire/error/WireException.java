package dev.culvert.wire.error;

/**
 * A peer broke the protocol, or asked for what is not offered.
 *
 * <p>Carries the complete answer for that peer. Has no stack trace: the fault lies in the bytes,
 * and a peer must not be able to make the process fill in stack traces.
 */
public final class WireException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ErrorResponse response;

    /** An exception whose answer to the peer is {@code response}. */
    public WireException(ErrorResponse response) {
        super(response.sqlState() + ": " + response.message(), null, false, false);
        this.response = response;
    }

    /** A FATAL protocol violation (08P01) that says what happened and what to do. */
    public static WireException protocolViolation(String message, String hint) {
        return of(SqlState.PROTOCOL_VIOLATION, message, hint);
    }

    /** A FATAL error with the given code that says what happened and what to do. */
    public static WireException of(SqlState sqlState, String message, String hint) {
        return new WireException(ErrorResponse.fatal(sqlState, message).withHint(hint));
    }

    /** What to send to the peer before closing. */
    public ErrorResponse response() {
        return response;
    }
}
