package dev.culvert.agent.cli;

import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.TcpSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options about how long clients may take, and when those that vanished are noticed. */
final class ClientTimeOptions {
    private static final TcpSettings TCP = TcpSettings.DEFAULTS;

    @Option(
            names = "--tls-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "From the connection to the end of the TLS handshake (15).")
    private @Nullable Duration tlsTimeout;

    @Option(
            names = "--login-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "From there to the end of the authentication (15).")
    private @Nullable Duration loginTimeout;

    @Option(
            names = "--start-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "From there until the database has begun the session (60).")
    private @Nullable Duration startTimeout;

    @Option(
            names = "--idle-status",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Send idle clients a harmless message this often (never).")
    private @Nullable Duration idleStatus;

    @Option(
            names = "--tcp-keepalive-idle",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Silence of a client before TCP probes it (60).")
    private Duration keepAliveIdle = TCP.keepAliveIdle();

    @Option(
            names = "--tcp-keepalive-interval",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "From one probe to the next (15).")
    private Duration keepAliveInterval = TCP.keepAliveInterval();

    @Option(
            names = "--tcp-keepalive-probes",
            paramLabel = "N",
            description = "Probes without an answer after which the client is gone (4).")
    private int keepAliveProbes = TCP.keepAliveProbes();

    @Option(
            names = "--tcp-user-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long sent bytes may stay unacknowledged (120); on Linux.")
    private Duration userTimeout = TCP.userTimeout();

    FrontSettings apply(FrontSettings settings) {
        FrontSettings timed =
                settings.withTimeouts(
                                orElse(tlsTimeout, settings.tlsTimeout()),
                                orElse(loginTimeout, settings.loginTimeout()),
                                orElse(startTimeout, settings.startTimeout()))
                        .withTcp(
                                new TcpSettings(
                                        keepAliveIdle,
                                        keepAliveInterval,
                                        keepAliveProbes,
                                        userTimeout));
        return idleStatus == null ? timed : timed.withIdleStatus(idleStatus);
    }

    private static Duration orElse(@Nullable Duration chosen, Duration usual) {
        return chosen == null ? usual : chosen;
    }
}
