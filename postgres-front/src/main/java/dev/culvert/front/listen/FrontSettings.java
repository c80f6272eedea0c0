package dev.culvert.front.listen;

import java.time.Duration;

/**
 * Settings of a front.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 for any free one
 * @param tlsRequired whether clients without TLS are refused
 * @param tlsTimeout from the TCP connection to the end of the TLS handshake
 * @param loginTimeout from there to the end of the authentication
 * @param startTimeout from there until the backend has begun the session
 */
public record FrontSettings(
        String host,
        int port,
        boolean tlsRequired,
        Duration tlsTimeout,
        Duration loginTimeout,
        Duration startTimeout) {
    private static final Duration HANDSHAKE = Duration.ofSeconds(15);
    private static final Duration START = Duration.ofSeconds(60);

    /** Checks the values. */
    public FrontSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
        }
        requirePositive("tlsTimeout", tlsTimeout);
        requirePositive("loginTimeout", loginTimeout);
        requirePositive("startTimeout", startTimeout);
    }

    /** TLS required, 15 s for each part of the handshake, 60 s for the backend. */
    public static FrontSettings on(String host, int port) {
        return new FrontSettings(host, port, true, HANDSHAKE, HANDSHAKE, START);
    }

    private static void requirePositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " " + duration + " is not positive");
        }
    }
}
