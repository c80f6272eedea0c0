package dev.culvert.agent.config;

import dev.culvert.agent.config.LogSettings.Format;
import dev.culvert.agent.config.LogSettings.Level;

/** What the relay writes to standard error. */
final class LogSection {
    static final Setting<Level> LEVEL =
            Setting.of(
                            "log.level",
                            "--log-level",
                            SettingType.oneOf(Level.class),
                            Level.INFO,
                            "How much of what Culvert itself does is logged; what its libraries do"
                                    + " is up to the environment variable `CULVERT_LOG` (warn).")
                    .changesLive();

    static final Setting<Format> FORMAT =
            Setting.of(
                            "log.format",
                            "--log-format",
                            SettingType.oneOf(Format.class),
                            Format.HUMAN,
                            "Lines for people, or one JSON object each.")
                    .changesLive();

    static final Section LOG =
            Section.of("log", "What is written to standard error.", LEVEL, FORMAT);

    private LogSection() {}

    static LogSettings read(Values values) {
        return new LogSettings(values.get(LEVEL), values.get(FORMAT));
    }
}
