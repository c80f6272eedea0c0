package dev.culvert.tunnel.credit;

import dev.culvert.tunnel.frame.ProtocolViolationException;
import java.util.function.LongSupplier;

/**
 * What the peer may still send on a stream, in bytes, and what of it was consumed since the last
 * grant. Grants in lumps of a quarter of the window: a CREDIT frame for every few bytes would cost
 * more than the bytes.
 *
 * <p>What the peer may still send and what has arrived and is not consumed is together never more
 * than the window. The window doubles when half of it or more was consumed within a round trip: it
 * may be what holds the peer up then. A reader that is slow, and a peer that has no more to send,
 * take longer.
 *
 * <p>Not thread-safe.
 */
public final class ReceiveCredit {
    private final WindowBudget budget;
    private final LongSupplier nanoTime;
    private final RoundTrip roundTrip;
    private int window;
    private int granted;
    private int unconsumed;

    /** What was granted since {@link #periodStart}; a period is a round trip or longer. */
    private long periodBytes;

    private long periodStart;
    private boolean closed;

    /** Starts with the initial window, which this side announced. */
    public ReceiveCredit(WindowBudget budget, RoundTrip roundTrip, LongSupplier nanoTime) {
        this.budget = budget;
        this.roundTrip = roundTrip;
        this.nanoTime = nanoTime;
        periodStart = nanoTime.getAsLong();
        window = budget.open();
        granted = window;
    }

    /** The most that the peer may send ahead of what is consumed. */
    public int window() {
        return window;
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
        unconsumed += bytes;
    }

    /** Whether the peer may send nothing until something is consumed. */
    public boolean isUsedUp() {
        return granted == 0;
    }

    /** Bytes that arrived and were not consumed. */
    public int unconsumed() {
        return unconsumed;
    }

    /**
     * Bytes that arrived were really consumed.
     *
     * @return the bytes to grant now, or 0 to wait for more
     */
    public int consumed(int bytes) {
        if (bytes < 0 || bytes > unconsumed) {
            throw new IllegalStateException("consumes " + bytes + " of " + unconsumed);
        }
        unconsumed -= bytes;
        int room = window - granted - unconsumed;
        if (room == 0 || room < window / 4) {
            return 0;
        }
        growIfTooSmall(room);
        int grant = window - granted - unconsumed;
        granted += grant;
        return grant;
    }

    /** The stream is gone: its window is free for others. */
    public void close() {
        if (!closed) {
            closed = true;
            budget.close(window);
        }
    }

    private void growIfTooSmall(int room) {
        if (closed || !budget.mayGrow(window)) {
            return;
        }
        roundTrip.want();
        long now = nanoTime.getAsLong();
        long elapsed = now - periodStart;
        periodBytes += room;
        if (elapsed < roundTrip.nanos()) {
            return;
        }
        if (roundTrip.nanos() * (double) periodBytes >= elapsed * (window / 2.0)) {
            window = budget.doubled(window);
        }
        periodBytes = 0;
        periodStart = now;
    }
}
