package dev.culvert.tunnel.credit;

import dev.culvert.tunnel.frame.ProtocolViolationException;

/** What this side may still send on a stream, in bytes. */
public final class SendCredit {
    private int available;

    /** Starts with the window that the peer announced. */
    public SendCredit(int window) {
        if (window < 0) {
            throw new IllegalArgumentException("window " + window);
        }
        available = window;
    }

    /** Bytes that may be sent now. */
    public int available() {
        return available;
    }

    /** Counts bytes as sent. */
    public void take(int bytes) {
        if (bytes < 0 || bytes > available) {
            throw new IllegalStateException("sends " + bytes + " of " + available);
        }
        available -= bytes;
    }

    /**
     * The peer made room.
     *
     * @throws ProtocolViolationException when the sum passes 2³¹−1
     */
    public void grant(int bytes) {
        if (bytes <= 0 || bytes > Integer.MAX_VALUE - available) {
            throw new ProtocolViolationException("credit overflow: " + available + " + " + bytes);
        }
        available += bytes;
    }
}
