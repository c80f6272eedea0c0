package dev.culvert.load.nulls;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells the clients of one event loop when to ask: each once in a period, evenly spread over it.
 * One timer for them all; with one each, timers would cost more than queries. On the event loop.
 */
final class Pace {
    private static final long TICK_NANOS = 1_000_000;

    private final List<NullClient> clients;
    private final long periodNanos;
    private long start;
    private long told;

    Pace(List<NullClient> clients, long periodNanos) {
        this.clients = clients;
        this.periodNanos = periodNanos;
    }

    /** Begins. Any thread. */
    void start(EventExecutor loop) {
        start = System.nanoTime();
        loop.scheduleAtFixedRate(this::tick, TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        long due = (long) ((double) (System.nanoTime() - start) * clients.size() / periodNanos);
        for (; told < due; told++) {
            // measured from when it was due, not from when this came to it
            long time = start + (long) ((double) told * periodNanos / clients.size());
            clients.get((int) (told % clients.size())).ask(time);
        }
    }
}
