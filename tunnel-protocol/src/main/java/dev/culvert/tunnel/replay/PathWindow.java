package dev.culvert.tunnel.replay;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How many bytes may be on their way to the other side: enough to fill the path, and not much more.
 * What waits in the buffers of sockets and routers cannot be overtaken any more, by a frame of
 * another stream or by a control frame.
 *
 * <p>The path is known by its acknowledgements: how long they take at the shortest, and at which
 * rate they come at most. Their product is what the path holds; on top comes what a peer may leave
 * unacknowledged. While the rate grows and nothing queues, it is twice the product. When the
 * shortest time was not seen for a while, the path is left to drain for one round trip, and the
 * time is measured anew.
 *
 * <p>Not thread-safe: belongs to the tunnel's thread.
 */
final class PathWindow {
    /** Twice what a peer may leave unacknowledged: a sender that is held up always gets an ACK. */
    static final int LEAST = 2 * ReliableLink.ACK_BYTES;

    /** What is on its way and has arrived already. */
    private static final int SLACK = ReliableLink.ACK_BYTES;

    /** For how many rounds a rate counts, and for how long a round trip. */
    private static final int ROUNDS = 10;

    private static final long EXPIRY_NANOS = 10_000_000_000L;

    /** The rate grows when a round has so much more than those before. */
    private static final double GROWTH = 1.25;

    /** A round trip that is so much longer than the shortest says that something queues. */
    private static final double LONGER = 1.25;

    private static final long JITTER_NANOS = 2_000_000;

    private final LongSupplier nanoTime;
    private final double[] rates = new double[ROUNDS];
    private int rounds;
    private long shortest;
    private long shortestAt;
    private long window = LEAST;
    private boolean draining;
    private long restartedAt;

    /** Bytes acknowledged since the start of the tunnel. */
    private long acknowledged;

    private long roundStart;
    private double roundRate;
    private long roundShortest;
    private boolean held;

    PathWindow(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        restart();
    }

    /**
     * A frame as it was sent.
     *
     * @param at when
     * @param acknowledged bytes acknowledged by then
     */
    record Sent(long at, long acknowledged) {}

    /** Notes a frame that is sent now. */
    Sent send() {
        return new Sent(nanoTime.getAsLong(), acknowledged);
    }

    /** Whether a sender that has more to send may, with so many bytes unacknowledged. */
    boolean hasRoom(int unacknowledged) {
        if (unacknowledged < window) {
            return true;
        }
        held = true;
        return false;
    }

    /** The bytes that may be on their way. */
    long bytes() {
        return window;
    }

    /** So many bytes are acknowledged; the last of the frames was this one. */
    void onAcknowledged(int bytes, Sent last) {
        acknowledged += bytes;
        if (last.at() < restartedAt) {
            return;
        }
        long now = nanoTime.getAsLong();
        long trip = Math.max(1, now - last.at());
        if (trip < shortest) {
            shortest = trip;
        }
        if (trip <= shortest * LONGER) {
            shortestAt = now;
        }
        roundShortest = Math.min(roundShortest, trip);
        roundRate = Math.max(roundRate, (acknowledged - last.acknowledged()) / (double) trip);
        if (last.acknowledged() >= roundStart) {
            endRound(now);
        }
    }

    /** Another WebSocket: nothing is known of its path, and what was sent before tells nothing. */
    void restart() {
        Arrays.fill(rates, 0);
        rounds = 0;
        shortest = Long.MAX_VALUE;
        restartedAt = nanoTime.getAsLong();
        shortestAt = restartedAt;
        window = LEAST;
        draining = false;
        beginRound();
    }

    private void endRound(long now) {
        if (draining) {
            draining = false;
            shortest = roundShortest;
            shortestAt = now;
        }
        double before = highestRate();
        boolean grows =
                held
                        && roundRate >= GROWTH * before
                        && roundShortest <= shortest * LONGER + JITTER_NANOS;
        if (held || roundRate > before) {
            rates[rounds++ % ROUNDS] = roundRate;
        }
        double holds = highestRate() * shortest;
        double wanted = (grows ? 2 * holds : holds) + SLACK;
        window = (long) Math.clamp(wanted, LEAST, ReliableLink.MAX_KEPT_BYTES);
        if (held && now - shortestAt >= EXPIRY_NANOS) {
            draining = true;
            window = LEAST;
        }
        beginRound();
    }

    private void beginRound() {
        roundStart = acknowledged;
        roundRate = 0;
        roundShortest = Long.MAX_VALUE;
        held = false;
    }

    private double highestRate() {
        double highest = 0;
        for (double rate : rates) {
            highest = Math.max(highest, rate);
        }
        return highest;
    }
}
