package dev.culvert.relay.config;

import java.time.Duration;

/**
 * When an agent that says nothing is taken for gone. Its WebSocket is then closed, and it has the
 * grace period to come back.
 *
 * <p>A database that runs in the agent's own thread keeps the agent from answering PING for as long
 * as a statement takes. The relay knows which batches it has no answer to, and is more patient
 * while there is one; how much more depends on whether the agent's WebSocket still answers
 * WebSocket pings, as a browser's does whatever the page's thread is at.
 *
 * @param pingInterval how often the relay asks; below the timeouts of common proxies
 * @param deadAfter how long an agent may be silent
 * @param hiddenDeadAfter the same for one that said that its page is hidden: browsers slow such
 *     pages' timers down
 * @param busyDeadAfter the same for one that owes the answer to a batch
 * @param blockedDeadAfter the same for one that owes an answer, and whose WebSocket answers pings
 */
public record LivenessSettings(
        Duration pingInterval,
        Duration deadAfter,
        Duration hiddenDeadAfter,
        Duration busyDeadAfter,
        Duration blockedDeadAfter) {
    /** PING every 20 seconds; 45 and 75 seconds of silence; 2 and 15 minutes in a statement. */
    public static final LivenessSettings DEFAULTS =
            new LivenessSettings(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(45),
                    Duration.ofSeconds(75),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(15));

    /** Checks the values. */
    public LivenessSettings {
        requireAtLeast("pingInterval", pingInterval, Duration.ofMillis(1));
        requireAtLeast("deadAfter", deadAfter, pingInterval);
        requireAtLeast("hiddenDeadAfter", hiddenDeadAfter, deadAfter);
        requireAtLeast("busyDeadAfter", busyDeadAfter, deadAfter);
        requireAtLeast("blockedDeadAfter", blockedDeadAfter, busyDeadAfter);
    }

    private static void requireAtLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "tunnels.liveness." + name + " " + value + " is less than " + least);
        }
    }
}
