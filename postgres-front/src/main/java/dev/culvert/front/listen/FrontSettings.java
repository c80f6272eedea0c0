package dev.culvert.front.listen;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings of a front.
 *
 * @param host the address to listen on; or, as for libpq, the absolute path of a folder, for a Unix
 *     socket {@code .s.PGSQL.PORT} in it
 * @param port the TCP port; 0 for any free one, though not for a Unix socket
 * @param tlsRequired whether clients without TLS are refused
 * @param tlsTimeout from the TCP connection to the end of the TLS handshake
 * @param loginTimeout from there to the end of the authentication
 * @param startTimeout from there until the backend has begun the session
 * @param cleartextPassword whether clients in TLS are asked for the password itself instead of
 *     SCRAM, for a listener that serves programs which cannot do SCRAM: the server must choose
 *     before it knows what the client can do. The password is then known to this process for the
 *     moment of the check
 * @param connections how many connections are taken, and how fast
 * @param attempts how many wrong passwords are put up with
 * @param proxyProtocol whether proxies say where clients are
 * @param tcp when vanished clients are noticed
 * @param idleStatus how often idle clients get a ParameterStatus that tells nothing new, so that
 *     load balancers see the connection used; empty for never
 */
public record FrontSettings(
        String host,
        int port,
        boolean tlsRequired,
        Duration tlsTimeout,
        Duration loginTimeout,
        Duration startTimeout,
        boolean cleartextPassword,
        ConnectionLimits connections,
        AttemptLimits attempts,
        ProxyProtocol proxyProtocol,
        TcpSettings tcp,
        Optional<Duration> idleStatus) {
    private static final Duration HANDSHAKE = Duration.ofSeconds(15);
    private static final Duration START = Duration.ofSeconds(60);

    /** Checks the values. */
    public FrontSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("postgres.port " + port + " is not from 0 to 65535");
        }
        if (host.startsWith("/") && port == 0) {
            throw new IllegalArgumentException("a Unix socket has a port in its name, not 0");
        }
        requirePositive("postgres.tlsTimeout", tlsTimeout);
        requirePositive("postgres.loginTimeout", loginTimeout);
        requirePositive("postgres.startTimeout", startTimeout);
        idleStatus.ifPresent(interval -> requirePositive("postgres.idleStatus", interval));
    }

    /**
     * TLS required, 15 s for each part of the handshake, 60 s for the backend; SCRAM only; the
     * limits' own defaults; no proxy; no status to idle clients.
     */
    public static FrontSettings on(String host, int port) {
        return new FrontSettings(
                host,
                port,
                true,
                HANDSHAKE,
                HANDSHAKE,
                START,
                false,
                ConnectionLimits.DEFAULTS,
                AttemptLimits.DEFAULTS,
                ProxyProtocol.OFF,
                TcpSettings.DEFAULTS,
                Optional.empty());
    }

    /** The same with TLS required or not. */
    public FrontSettings withTlsRequired(boolean required) {
        return new FrontSettings(
                host,
                port,
                required,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                cleartextPassword,
                connections,
                attempts,
                proxyProtocol,
                tcp,
                idleStatus);
    }

    /** The same with other times for the handshake, the login and the backend. */
    public FrontSettings withTimeouts(Duration ofTls, Duration ofLogin, Duration ofStart) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                ofTls,
                ofLogin,
                ofStart,
                cleartextPassword,
                connections,
                attempts,
                proxyProtocol,
                tcp,
                idleStatus);
    }

    /** The same with vanished clients noticed at other times. */
    public FrontSettings withTcp(TcpSettings settings) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                cleartextPassword,
                connections,
                attempts,
                proxyProtocol,
                settings,
                idleStatus);
    }

    /** The same with passwords in clear text, or not. */
    public FrontSettings withCleartextPassword(boolean asked) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                asked,
                connections,
                attempts,
                proxyProtocol,
                tcp,
                idleStatus);
    }

    /** The same with other limits. */
    public FrontSettings withLimits(ConnectionLimits ofConnections, AttemptLimits ofAttempts) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                cleartextPassword,
                ofConnections,
                ofAttempts,
                proxyProtocol,
                tcp,
                idleStatus);
    }

    /** The same behind a proxy, or not. */
    public FrontSettings withProxyProtocol(ProxyProtocol proxy) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                cleartextPassword,
                connections,
                attempts,
                proxy,
                tcp,
                idleStatus);
    }

    /** The same with a status to idle clients. */
    public FrontSettings withIdleStatus(Duration interval) {
        return new FrontSettings(
                host,
                port,
                tlsRequired,
                tlsTimeout,
                loginTimeout,
                startTimeout,
                cleartextPassword,
                connections,
                attempts,
                proxyProtocol,
                tcp,
                Optional.of(interval));
    }

    private static void requirePositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " " + duration + " is not positive");
        }
    }
}
