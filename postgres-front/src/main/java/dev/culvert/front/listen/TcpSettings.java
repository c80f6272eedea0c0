package dev.culvert.front.listen;

import java.time.Duration;

/**
 * When a client that vanished without a word is noticed.
 *
 * @param keepAliveIdle silence before the first probe
 * @param keepAliveInterval from one probe to the next
 * @param keepAliveProbes probes without an answer after which the connection is dead
 * @param userTimeout how long sent bytes may stay unacknowledged, where the transport is native
 *     epoll; with Java's own the kernel's retransmission limit holds, about 15 minutes on Linux
 */
public record TcpSettings(
        Duration keepAliveIdle,
        Duration keepAliveInterval,
        int keepAliveProbes,
        Duration userTimeout) {
    /** A minute of silence, then 4 probes 15 seconds apart: dead after two minutes, as unread. */
    public static final TcpSettings DEFAULTS =
            new TcpSettings(
                    Duration.ofSeconds(60), Duration.ofSeconds(15), 4, Duration.ofMinutes(2));

    /** Checks the values: whole seconds, as sockets take them. */
    public TcpSettings {
        requireSeconds("tcp.keepAliveIdle", keepAliveIdle);
        requireSeconds("tcp.keepAliveInterval", keepAliveInterval);
        requireSeconds("tcp.userTimeout", userTimeout);
        if (keepAliveProbes < 1 || keepAliveProbes > 127) {
            throw new IllegalArgumentException(
                    "tcp.keepAliveProbes " + keepAliveProbes + " is not from 1 to 127");
        }
    }

    private static void requireSeconds(String name, Duration value) {
        if (value.compareTo(Duration.ofSeconds(1)) < 0
                || value.compareTo(Duration.ofSeconds(32_767)) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is not from 1 to 32767 seconds");
        }
    }
}
