package dev.culvert.tunnel.credit;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The time that a frame and its answer take, measured by PING and PONG while somebody wants to
 * know. The shortest of some seconds counts: the others waited behind data or for a busy peer.
 *
 * <p>Not thread-safe.
 */
public final class RoundTrip {
    /** How often it is measured, and how long the shortest counts. */
    static final long INTERVAL_NANOS = 1_000_000_000L;

    static final long EXPIRY_NANOS = 10 * INTERVAL_NANOS;

    /** What these PINGs carry counts up from here; others count from 0. */
    private static final long FIRST_OPAQUE = Long.MIN_VALUE;

    private final LongSupplier nanoTime;
    private final LongConsumer ping;
    private long opaque = FIRST_OPAQUE;
    private boolean underway;
    private boolean known;
    private long sentAt;
    private long shortest;
    private long measuredAt;

    /**
     * Not measured yet.
     *
     * @param ping sends PING with these eight bytes
     */
    public RoundTrip(LongSupplier nanoTime, LongConsumer ping) {
        this.nanoTime = nanoTime;
        this.ping = ping;
    }

    /** Nanoseconds, or 0 while it is not known. */
    public long nanos() {
        return shortest;
    }

    /** It is needed: measures it, unless that was just done. */
    public void want() {
        long now = nanoTime.getAsLong();
        if (!underway && (!known || now - sentAt >= INTERVAL_NANOS)) {
            underway = true;
            sentAt = now;
            ping.accept(++opaque);
        }
    }

    /** A PONG came; of another PING, it says nothing. */
    public void onPong(long carried) {
        if (!underway || carried != opaque) {
            return;
        }
        long now = nanoTime.getAsLong();
        long sample = Math.max(1, now - sentAt);
        underway = false;
        if (!known || sample <= shortest || now - measuredAt >= EXPIRY_NANOS) {
            known = true;
            shortest = sample;
            measuredAt = now;
        }
    }

    /** Another WebSocket has come: another path, and the PING under way is lost. */
    public void restart() {
        underway = false;
        known = false;
        shortest = 0;
    }
}
