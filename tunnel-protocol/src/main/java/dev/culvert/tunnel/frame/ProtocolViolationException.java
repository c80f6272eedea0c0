package dev.culvert.tunnel.frame;

/**
 * The peer broke the specification. Ends the tunnel with the close code; the message is a short
 * reason that both sides log (a WebSocket close reason holds 123 bytes).
 *
 * <p>Has no stack trace: it tells about the peer's bytes, not about this program.
 */
public final class ProtocolViolationException extends RuntimeException {
    private final CloseCode closeCode;

    /** A violation with code 4000. */
    public ProtocolViolationException(String message) {
        this(CloseCode.VIOLATION, message);
    }

    /** A violation with a close code of its own. */
    public ProtocolViolationException(CloseCode closeCode, String message) {
        super(message, null, false, false);
        this.closeCode = closeCode;
    }

    /** What to close the WebSocket with. */
    public CloseCode closeCode() {
        return closeCode;
    }
}
