package dev.culvert.pglite.backend;

import java.util.function.BooleanSupplier;

/**
 * Waits a moment for another thread without going to sleep. To be woken on another processor takes
 * about as long as several small queries run (some 60 µs in a virtual machine); so a wait spins for
 * as long as that, which at worst doubles its cost, and gives way to whoever else wants the
 * processor.
 */
final class Spin {
    private static final long NANOS = Runtime.getRuntime().availableProcessors() > 1 ? 50_000 : 0;

    private Spin() {}

    /** Returns when the condition holds, or not soon. */
    @SuppressWarnings("ThreadPriorityCheck") // only the time depends on it
    static void until(BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        long start = System.nanoTime();
        while (System.nanoTime() - start < NANOS) {
            Thread.yield();
            if (condition.getAsBoolean()) {
                return;
            }
        }
    }
}
