package dev.culvert.relay.config;

import java.time.Duration;

/**
 * How a relay that is asked to stop empties itself. All times but {@code idleWait} count from the
 * moment that it is asked.
 *
 * @param delay how long it goes on as before, though it says that it is not ready: what load
 *     balancers take to notice
 * @param spread over how long agents are asked to move, after the delay, so that the other relays
 *     do not get all of them at once
 * @param idleWait how long after its agent was asked to move a session may be idle; one in a
 *     transaction may go on
 * @param deadline when what is left is cut off
 */
public record DrainSettings(Duration delay, Duration spread, Duration idleWait, Duration deadline) {
    /** No delay, agents within 5 seconds, 5 seconds for idle sessions, the end after 25. */
    public static final DrainSettings DEFAULTS =
            new DrainSettings(
                    Duration.ZERO,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(25));

    /** Checks the values. */
    public DrainSettings {
        requireNotNegative("delay", delay);
        requireNotNegative("spread", spread);
        requireNotNegative("idleWait", idleWait);
        if (deadline.compareTo(delay.plus(spread)) < 0) {
            throw new IllegalArgumentException(
                    "drain.deadline "
                            + deadline
                            + " comes before all agents were asked to move: drain.delay and"
                            + " drain.spread are "
                            + delay.plus(spread)
                            + " together");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("drain." + name + " " + value + " is negative");
        }
    }
}
