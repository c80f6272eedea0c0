package dev.culvert.load.soak;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What became of all pairs. Thread-safe. */
final class Outcomes {
    private static final int KEPT = 20;

    final LongAdder tunnels = new LongAdder();
    final LongAdder sessions = new LongAdder();
    final LongAdder statements = new LongAdder();
    final LongAdder bytes = new LongAdder();

    /** Refusals that this program's own doings explain. */
    final LongAdder caused = new LongAdder();

    private final LongAdder uncaused = new LongAdder();
    private final Queue<Exception> first = new ConcurrentLinkedQueue<>();

    /** Something failed that nothing explains. */
    void uncaused(Exception failure) {
        uncaused.increment();
        if (first.size() < KEPT) {
            first.add(failure);
        }
    }

    long uncaused() {
        return uncaused.sum();
    }

    /** Some of the failures that nothing explains. */
    Iterable<Exception> failures() {
        return first;
    }
}
