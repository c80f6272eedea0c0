package dev.culvert.agent.dial;

import java.time.Duration;
import java.util.concurrent.Executor;

/** The thread, the clock and the dice of a tunnel; tests have their own. */
public interface Surroundings {
    /** The tunnel's thread. */
    Executor executor();

    /** Nanoseconds since any fixed moment. */
    long nanoTime();

    /**
     * Runs an action later, on the tunnel's thread.
     *
     * @return calls it off
     */
    Runnable schedule(Duration delay, Runnable action);

    /** From 0 to 1. */
    double random();
}
