package dev.culvert.relay.config;

import dev.culvert.front.backend.SessionTimeouts;
import java.time.Duration;

/**
 * What sessions may do.
 *
 * @param timeouts what ends by itself; agents may ask for less
 * @param maxWaiting how many clients may wait for their turn at one tunnel
 */
public record SessionSettings(SessionTimeouts timeouts, int maxWaiting) {
    private static final Duration LEAST = Duration.ofSeconds(1);

    /** The usual timeouts, and a queue of 100. */
    public static final SessionSettings DEFAULTS =
            new SessionSettings(SessionTimeouts.DEFAULTS, 100);

    /** Checks the values. */
    public SessionSettings {
        requireSecond("idleTimeout", timeouts.idle());
        requireSecond("idleInTransactionTimeout", timeouts.idleInTransaction());
        requireSecond("queueTimeout", timeouts.queue());
        timeouts.statement().ifPresent(limit -> requireSecond("statementTimeout", limit));
        if (maxWaiting < 0) {
            throw new IllegalArgumentException(
                    "sessions.maxWaiting " + maxWaiting + " is negative");
        }
    }

    private static void requireSecond(String name, Duration value) {
        if (value.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException(
                    "sessions." + name + " " + value + " is less than a second");
        }
    }
}
