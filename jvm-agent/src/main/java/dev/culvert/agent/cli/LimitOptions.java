package dev.culvert.agent.cli;

import dev.culvert.front.limit.Cidr;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options about who may connect to a relay, how often, and through what. */
final class LimitOptions {
    private static final ConnectionLimits DEFAULTS = ConnectionLimits.DEFAULTS;
    private static final WindowLimits WINDOWS = TunnelSettings.DEFAULTS.windows();

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "Most client connections at a time (10000).")
    private int total = DEFAULTS.total();

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "N",
            description = "Most of them from one address (100).")
    private int perAddress = DEFAULTS.perAddress();

    @Option(
            names = "--max-connections-per-tunnel",
            paramLabel = "N",
            description = "Most of them to one database (200).")
    private int perTunnel = DEFAULTS.perTunnel();

    @Option(
            names = "--new-connections",
            paramLabel = "N",
            description = "Most new connections a second (500); twice as many in a burst.")
    private int newConnections = DEFAULTS.newConnections().perSecond();

    @Option(
            names = "--new-connections-per-address",
            paramLabel = "N",
            description = "Most of them from one address (20); five times as many in a burst.")
    private int newPerAddress = DEFAULTS.newPerAddress().perSecond();

    @Option(
            names = "--proxy-protocol",
            paramLabel = "MODE",
            description =
                    "Whether proxies say where clients are: ${COMPLETION-CANDIDATES} (OFF). Needs"
                            + " --proxy-from.")
    private ProxyProtocol.Mode proxyMode = ProxyProtocol.Mode.OFF;

    @Option(
            names = "--proxy-from",
            paramLabel = "CIDR",
            split = ",",
            description = "Where those proxies are, such as 10.0.0.0/8.")
    private List<String> proxies = List.of();

    @Option(
            names = "--cleartext-password",
            description = "Ask clients in TLS for the password itself instead of SCRAM.")
    private boolean cleartextPassword;

    @Option(
            names = "--allow-md5",
            description =
                    "Let agents share a database with users whose passwords are MD5 hashes, for"
                            + " clients that cannot do SCRAM.")
    private boolean allowMd5;

    @Option(
            names = "--allow-no-password",
            description = "Let agents share a database with users who need no password.")
    private boolean allowNoPassword;

    @Option(
            names = "--readable-refusals",
            paramLabel = "N",
            description =
                    "Connections beyond a limit that are kept, at a time, until the client can read"
                            + " why (64).")
    private int readableRefusals = DEFAULTS.readableRefusals();

    @Option(
            names = "--proxy-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long a proxy may take to say where the client is (5).")
    private Duration proxyTimeout = ProxyProtocol.OFF.timeout();

    @Option(
            names = "--window",
            paramLabel = "BYTES",
            description = "What an agent may send ahead for a client, to begin with (262144).")
    private int window = WINDOWS.initial();

    @Option(
            names = "--max-window",
            paramLabel = "BYTES",
            description = "What that grows to over a long path (4194304).")
    private int maxWindow = WINDOWS.max();

    @Option(
            names = "--max-tunnel-window",
            paramLabel = "BYTES",
            description = "What it grows to for all clients of a database together (16777216).")
    private int maxTunnelWindow = WINDOWS.perTunnel();

    @Mixin private FailedLoginOptions failedLogins = new FailedLoginOptions();

    @Mixin private ClientTimeOptions times = new ClientTimeOptions();

    /** The front's settings with these options. */
    FrontSettings apply(FrontSettings settings) {
        FrontSettings limited =
                settings.withLimits(
                                DEFAULTS.withCounts(total, perAddress, perTunnel)
                                        .withRates(
                                                new RateLimit(newConnections, 2 * newConnections),
                                                new RateLimit(newPerAddress, 5 * newPerAddress))
                                        .withReadableRefusals(readableRefusals),
                                failedLogins.limits())
                        .withCleartextPassword(cleartextPassword)
                        .withProxyProtocol(
                                new ProxyProtocol(
                                        proxyMode,
                                        proxies.stream().map(Cidr::parse).toList(),
                                        proxyTimeout));
        return times.apply(limited);
    }

    /** The tunnels' settings with these options. */
    TunnelSettings apply(TunnelSettings settings) {
        return settings.withAllowNoPassword(allowNoPassword)
                .withAllowMd5(allowMd5)
                .withWindows(new WindowLimits(window, maxWindow, maxTunnelWindow));
    }
}
