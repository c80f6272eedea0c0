package dev.culvert.agent.config;

import dev.culvert.relay.config.DrainSettings;
import java.time.Duration;

/** What a relay does when it is asked to stop. */
final class DrainSection {
    private static final DrainSettings DEFAULTS = DrainSettings.DEFAULTS;

    static final Setting<Duration> DELAY =
            time(
                    "delay",
                    DEFAULTS.delay(),
                    "How long to go on as before, not ready, so that load balancers notice.");

    static final Setting<Duration> SPREAD =
            time(
                    "spread",
                    DEFAULTS.spread(),
                    "Over how long agents are then asked to move to another relay.");

    static final Setting<Duration> IDLE_WAIT =
            Setting.of(
                            "drain.idleWait",
                            "--drain-idle-wait",
                            SettingType.SECONDS,
                            DEFAULTS.idleWait(),
                            "How long after that sessions outside of a transaction may be idle.")
                    .changesLive();

    static final Setting<Duration> DEADLINE =
            time("deadline", DEFAULTS.deadline(), "When what is left is cut off.");

    static final Setting<String> MESSAGE =
            Setting.of(
                            "drain.message",
                            "--drain-message",
                            SettingType.TEXT,
                            "the relay is shutting down",
                            "What the databases' owners read meanwhile.")
                    .changesLive();

    static final Section DRAIN =
            Section.of(
                    "drain",
                    "After SIGTERM, see [operation.md](operation.md).",
                    DELAY,
                    SPREAD,
                    IDLE_WAIT,
                    DEADLINE,
                    MESSAGE);

    private DrainSection() {}

    static DrainSettings read(Values values) {
        return new DrainSettings(
                values.get(DELAY), values.get(SPREAD), values.get(IDLE_WAIT), values.get(DEADLINE));
    }

    private static Setting<Duration> time(String name, Duration usual, String doc) {
        return Setting.of("drain." + name, "--drain-" + name, SettingType.SECONDS, usual, doc)
                .changesLive();
    }
}
