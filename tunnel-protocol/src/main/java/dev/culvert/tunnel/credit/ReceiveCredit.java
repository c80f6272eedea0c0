package dev.culvert.tunnel.credit;

import dev.culvert.tunnel.frame.ProtocolViolationException;

/**
 * What the peer may still send on a stream, in bytes, and what of it was consumed since the last
 * grant. Grants in lumps of half a window: a CREDIT frame for every few bytes would cost more than
 * the bytes.
 */
public final class ReceiveCredit {
    private final int window;
    private int granted;
    private int consumed;

    /** Starts with the window that this side announced. */
    public ReceiveCredit(int window) {
        if (window <= 0) {
            throw new IllegalArgumentException("window " + window);
        }
        this.window = window;
        granted = window;
    }

    /**
     * Bytes arrived.
     *
     * @throws ProtocolViolationException when the peer sends more than it was granted
     */
    public void received(int bytes) {
        if (bytes > granted) {
            throw new ProtocolViolationException(
                    "sent " + bytes + " bytes with a credit of " + granted);
        }
        granted -= bytes;
    }

    /** Bytes that arrived and were not consumed. */
    public int unconsumed() {
        return window - granted - consumed;
    }

    /**
     * Bytes that arrived were really consumed.
     *
     * @return the bytes to grant now, or 0 to wait for more
     */
    public int consumed(int bytes) {
        if (bytes < 0 || bytes > unconsumed()) {
            throw new IllegalStateException("consumes " + bytes + " of " + unconsumed());
        }
        consumed += bytes;
        if (consumed < window / 2) {
            return 0;
        }
        int grant = consumed;
        granted += grant;
        consumed = 0;
        return grant;
    }
}
