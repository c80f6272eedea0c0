package dev.culvert.relay.config;

import java.time.Duration;

/**
 * How long a tunnel outlives its WebSocket.
 *
 * @param grace how long the tunnel and its sessions wait for the agent to come back
 * @param reservation how long after that the name waits for its owner
 */
public record ResumeSettings(Duration grace, Duration reservation) {
    /** Half a minute for the sessions, five minutes for the name. */
    public static final ResumeSettings DEFAULTS =
            new ResumeSettings(Duration.ofSeconds(30), Duration.ofMinutes(5));

    /** Checks the values. */
    public ResumeSettings {
        if (grace.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "tunnels.resume.grace " + grace + " is less than a second");
        }
        if (reservation.isNegative()) {
            throw new IllegalArgumentException(
                    "tunnels.resume.reservation " + reservation + " is negative");
        }
    }
}
