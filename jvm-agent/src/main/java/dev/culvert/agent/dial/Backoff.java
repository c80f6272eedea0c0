package dev.culvert.agent.dial;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before dialling again: "full jitter", anything from 0 to a bound that doubles
 * with every attempt, so that the agents of a relay that restarts do not come all at once.
 * PROTOCOL.md leaves this to the agent.
 */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration MOST = Duration.ofSeconds(15);

    private final DoubleSupplier random;
    private Duration bound = FIRST;

    /**
     * @param random from 0 to 1
     */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** Until the next attempt. */
    Duration next() {
        Duration present = bound;
        Duration twice = present.multipliedBy(2);
        bound = twice.compareTo(MOST) < 0 ? twice : MOST;
        return Duration.ofNanos((long) (present.toNanos() * random.getAsDouble()));
    }

    /** An attempt has succeeded. */
    void reset() {
        bound = FIRST;
    }
}
