package dev.culvert.agent.config;

import dev.culvert.relay.config.LivenessSettings;
import dev.culvert.relay.config.ResumeSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import java.time.Duration;

/** What tunnels may do. */
final class TunnelSections {
    private static final TunnelSettings DEFAULTS = TunnelSettings.DEFAULTS;
    private static final LivenessSettings ALIVE = DEFAULTS.liveness();

    static final Setting<Duration> LIFETIME =
            seconds(
                    "tunnels.lifetime",
                    "--lifetime",
                    DEFAULTS.lifetime(),
                    "How long a tunnel may live; agents may ask for less.");

    static final Setting<Duration> HELLO_TIMEOUT =
            seconds(
                    "tunnels.helloTimeout",
                    "--hello-timeout",
                    DEFAULTS.helloTimeout(),
                    "How long an agent may take to say HELLO.");

    static final Setting<Integer> WINDOW =
            bytes(
                    "tunnels.window",
                    "--window",
                    DEFAULTS.windows().initial(),
                    "What an agent may send ahead for a client, to begin with.");

    static final Setting<Integer> MAX_WINDOW =
            bytes(
                    "tunnels.maxWindow",
                    "--max-window",
                    DEFAULTS.windows().max(),
                    "What that grows to over a long path.");

    static final Setting<Integer> MAX_TUNNEL_WINDOW =
            bytes(
                    "tunnels.maxTunnelWindow",
                    "--max-tunnel-window",
                    DEFAULTS.windows().perTunnel(),
                    "What it grows to for all clients of a database together.");

    static final Setting<Integer> MAX_PAYLOAD =
            bytes(
                    "tunnels.maxPayload",
                    "--max-payload",
                    DEFAULTS.maxPayload(),
                    "Largest DATA frame.");

    static final Setting<Boolean> ALLOW_NO_PASSWORD =
            Setting.of(
                            "tunnels.allowNoPassword",
                            "--allow-no-password",
                            SettingType.SWITCH,
                            DEFAULTS.allowNoPassword(),
                            "Let agents share a database with users who need no password.")
                    .changesLive();

    static final Setting<Boolean> ALLOW_MD5 =
            Setting.of(
                            "tunnels.allowMd5",
                            "--allow-md5",
                            SettingType.SWITCH,
                            DEFAULTS.allowMd5(),
                            "Let agents share a database with users whose passwords are MD5"
                                    + " hashes, for clients that cannot do SCRAM.")
                    .changesLive();

    static final Section TUNNELS =
            Section.of(
                    "tunnels",
                    "What tunnels may do. A change is for tunnels that are opened after it.",
                    LIFETIME,
                    HELLO_TIMEOUT,
                    WINDOW,
                    MAX_WINDOW,
                    MAX_TUNNEL_WINDOW,
                    MAX_PAYLOAD,
                    ALLOW_NO_PASSWORD,
                    ALLOW_MD5);

    static final Setting<Duration> PING_INTERVAL =
            seconds(
                    "tunnels.liveness.pingInterval",
                    "--ping-interval",
                    ALIVE.pingInterval(),
                    "How often agents are asked for a sign of life.");

    static final Setting<Duration> DEAD_AFTER =
            seconds(
                    "tunnels.liveness.deadAfter",
                    "--dead-after",
                    ALIVE.deadAfter(),
                    "How long an agent may be silent.");

    static final Setting<Duration> HIDDEN_DEAD_AFTER =
            seconds(
                    "tunnels.liveness.hiddenDeadAfter",
                    "--hidden-dead-after",
                    ALIVE.hiddenDeadAfter(),
                    "The same for one whose page is hidden.");

    static final Setting<Duration> BUSY_DEAD_AFTER =
            seconds(
                    "tunnels.liveness.busyDeadAfter",
                    "--busy-dead-after",
                    ALIVE.busyDeadAfter(),
                    "The same for one that owes the answer to a statement.");

    static final Setting<Duration> BLOCKED_DEAD_AFTER =
            seconds(
                    "tunnels.liveness.blockedDeadAfter",
                    "--blocked-dead-after",
                    ALIVE.blockedDeadAfter(),
                    "The same for one that owes an answer while its browser answers pings.");

    static final Section LIVENESS =
            Section.of(
                    "tunnels.liveness",
                    "When an agent that says nothing is taken for gone, see"
                            + " [operation.md](operation.md).",
                    PING_INTERVAL,
                    DEAD_AFTER,
                    HIDDEN_DEAD_AFTER,
                    BUSY_DEAD_AFTER,
                    BLOCKED_DEAD_AFTER);

    static final Setting<Duration> GRACE =
            seconds(
                    "tunnels.resume.grace",
                    "--resume-grace",
                    DEFAULTS.resume().grace(),
                    "How long a tunnel and its sessions wait for an agent to come back.");

    static final Setting<Duration> RESERVATION =
            Setting.of(
                    "tunnels.resume.reservation",
                    "--resume-reservation",
                    SettingType.SECONDS,
                    DEFAULTS.resume().reservation(),
                    "How long after that the name waits for its owner.");

    static final Section RESUME =
            Section.of(
                    "tunnels.resume",
                    "How long a tunnel outlives its WebSocket.",
                    GRACE,
                    RESERVATION);

    private TunnelSections() {}

    static TunnelSettings read(Values values) {
        return new TunnelSettings(
                SessionSection.read(values),
                values.get(LIFETIME),
                values.get(HELLO_TIMEOUT),
                new LivenessSettings(
                        values.get(PING_INTERVAL),
                        values.get(DEAD_AFTER),
                        values.get(HIDDEN_DEAD_AFTER),
                        values.get(BUSY_DEAD_AFTER),
                        values.get(BLOCKED_DEAD_AFTER)),
                windows(values),
                values.get(MAX_PAYLOAD),
                values.get(ALLOW_NO_PASSWORD),
                values.get(ALLOW_MD5),
                new ResumeSettings(values.get(GRACE), values.get(RESERVATION)));
    }

    private static WindowLimits windows(Values values) {
        int first = values.get(WINDOW);
        int max = values.get(MAX_WINDOW);
        int ofTunnel = values.get(MAX_TUNNEL_WINDOW);
        if (first <= 0 || max < first || ofTunnel < max) {
            throw new IllegalArgumentException(
                    "tunnels.window %d, tunnels.maxWindow %d and tunnels.maxTunnelWindow %d are not in this order"
                            .formatted(first, max, ofTunnel));
        }
        return new WindowLimits(first, max, ofTunnel);
    }

    private static Setting<Duration> seconds(String key, String flag, Duration usual, String doc) {
        return Setting.of(key, flag, SettingType.SECONDS, usual, doc).changesLive();
    }

    private static Setting<Integer> bytes(String key, String flag, int usual, String doc) {
        return Setting.of(key, flag, SettingType.BYTES, usual, doc).changesLive();
    }
}
