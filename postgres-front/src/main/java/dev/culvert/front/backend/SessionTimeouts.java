package dev.culvert.front.backend;

import java.time.Duration;
import java.util.Optional;

/**
 * What ends by itself.
 *
 * @param idle how long a session may wait for its client
 * @param idleInTransaction how long it may do so with a transaction open
 * @param statement how long a batch may run; empty for as long as it takes
 * @param queue how long a client may wait for its turn
 */
public record SessionTimeouts(
        Duration idle, Duration idleInTransaction, Optional<Duration> statement, Duration queue) {
    /** Five minutes of waiting for a client, one of waiting for a turn. */
    public static final SessionTimeouts DEFAULTS =
            new SessionTimeouts(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5),
                    Optional.empty(),
                    Duration.ofMinutes(1));
}
