package dev.culvert.agent.config;

import dev.culvert.front.limit.Cidr;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.front.listen.TcpSettings;
import java.time.Duration;
import java.util.List;

/** Proxies in front of the relay, and clients that vanished. */
final class NetworkSections {
    private static final TcpSettings TCP_DEFAULTS = TcpSettings.DEFAULTS;

    static final Setting<ProxyProtocol.Mode> MODE =
            Setting.of(
                    "proxyProtocol.mode",
                    "--proxy-protocol",
                    SettingType.oneOf(ProxyProtocol.Mode.class),
                    ProxyProtocol.Mode.OFF,
                    "Whether proxies say where clients are; needs proxyProtocol.trusted.");

    static final Setting<List<Cidr>> TRUSTED =
            Setting.of(
                    "proxyProtocol.trusted",
                    "--proxy-from",
                    SettingType.listOf(SettingType.CIDR),
                    List.of(),
                    "Where those proxies are.");

    static final Setting<Duration> TIMEOUT =
            Setting.of(
                    "proxyProtocol.timeout",
                    "--proxy-timeout",
                    SettingType.SECONDS,
                    ProxyProtocol.OFF.timeout(),
                    "How long a proxy may take to say where the client is.");

    static final Section PROXY_PROTOCOL =
            Section.of(
                    "proxyProtocol",
                    "Proxies in front of the Postgres port, see [limits.md](limits.md).",
                    MODE,
                    TRUSTED,
                    TIMEOUT);

    static final Setting<Duration> KEEP_ALIVE_IDLE =
            Setting.of(
                    "tcp.keepAliveIdle",
                    "--tcp-keepalive-idle",
                    SettingType.SECONDS,
                    TCP_DEFAULTS.keepAliveIdle(),
                    "Silence of a client before TCP probes it.");

    static final Setting<Duration> KEEP_ALIVE_INTERVAL =
            Setting.of(
                    "tcp.keepAliveInterval",
                    "--tcp-keepalive-interval",
                    SettingType.SECONDS,
                    TCP_DEFAULTS.keepAliveInterval(),
                    "From one probe to the next.");

    static final Setting<Integer> KEEP_ALIVE_PROBES =
            Setting.of(
                    "tcp.keepAliveProbes",
                    "--tcp-keepalive-probes",
                    SettingType.NUMBER,
                    TCP_DEFAULTS.keepAliveProbes(),
                    "Probes without an answer after which the client is gone.");

    static final Setting<Duration> USER_TIMEOUT =
            Setting.of(
                    "tcp.userTimeout",
                    "--tcp-user-timeout",
                    SettingType.SECONDS,
                    TCP_DEFAULTS.userTimeout(),
                    "How long sent bytes may stay unacknowledged; on Linux.");

    static final Section TCP =
            Section.of(
                    "tcp",
                    "When clients that vanished are noticed.",
                    KEEP_ALIVE_IDLE,
                    KEEP_ALIVE_INTERVAL,
                    KEEP_ALIVE_PROBES,
                    USER_TIMEOUT);

    private NetworkSections() {}

    static ProxyProtocol proxyProtocol(Values values) {
        return new ProxyProtocol(values.get(MODE), values.get(TRUSTED), values.get(TIMEOUT));
    }

    static TcpSettings tcp(Values values) {
        return new TcpSettings(
                values.get(KEEP_ALIVE_IDLE),
                values.get(KEEP_ALIVE_INTERVAL),
                values.get(KEEP_ALIVE_PROBES),
                values.get(USER_TIMEOUT));
    }
}
