package dev.culvert.agent.cli;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options about how long tunnels and sessions may last; agents may ask for less. */
final class SessionOptions {
    @Option(
            names = "--idle-timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long a session may wait for its client (${DEFAULT-VALUE}).")
    private int idleSeconds = 300;

    @Option(
            names = "--idle-in-transaction-timeout",
            paramLabel = "SECONDS",
            description =
                    "How long it may do so with a transaction open (as long as --idle-timeout).")
    private @Nullable Integer idleInTransactionSeconds;

    @Option(
            names = "--statement-timeout",
            paramLabel = "SECONDS",
            description =
                    "How long statements sent together may run until they are cancelled (forever).")
    private @Nullable Integer statementSeconds;

    @Option(
            names = "--queue-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a client may wait for its turn (${DEFAULT-VALUE}).")
    private int queueSeconds = 60;

    @Option(
            names = "--max-waiting",
            paramLabel = "N",
            defaultValue = "100",
            description = "Most clients that wait for one database (${DEFAULT-VALUE}).")
    private int maxWaiting = 100;

    @Option(
            names = "--lifetime",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "How long a tunnel may live (${DEFAULT-VALUE}).")
    private int lifetimeSeconds = 3600;

    /** The tunnels' settings with these options. */
    TunnelSettings apply(TunnelSettings settings) {
        SessionTimeouts timeouts =
                new SessionTimeouts(
                        Duration.ofSeconds(idleSeconds),
                        Duration.ofSeconds(
                                idleInTransactionSeconds == null
                                        ? idleSeconds
                                        : idleInTransactionSeconds),
                        Optional.ofNullable(statementSeconds).map(Duration::ofSeconds),
                        Duration.ofSeconds(queueSeconds));
        return settings.with(
                new SessionSettings(timeouts, maxWaiting), Duration.ofSeconds(lifetimeSeconds));
    }
}
