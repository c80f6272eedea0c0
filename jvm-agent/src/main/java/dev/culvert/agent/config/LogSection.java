package dev.culvert.agent.config;

import dev.culvert.agent.config.LogSettings.Format;
import dev.culvert.agent.config.LogSettings.Level;
import dev.culvert.agent.config.LogSettings.LoggerLevel;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** What the relay logs. */
final class LogSection {
    static final Setting<Level> LEVEL =
            Setting.of(
                            "log.level",
                            "--log-level",
                            SettingType.oneOf(Level.class),
                            Level.INFO,
                            "How much of what Culvert itself does is logged; for what its libraries"
                                    + " do, it is the environment variable `CULVERT_LOG` (warn).")
                    .changesLive();

    static final Setting<List<LoggerLevel>> LEVELS =
            Setting.of(
                            "log.levels",
                            "--log-levels",
                            SettingType.listOf(SettingType.LOGGER_LEVEL),
                            List.of(),
                            "The same for single loggers and those below them, such as"
                                    + " io.netty=debug.")
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
            Section.of("log", "What is written to standard error.", LEVEL, LEVELS, FORMAT);

    static final Setting<Path> AUDIT_FILE =
            Setting.optional(
                    "audit.file",
                    "--audit-file",
                    SettingType.FILE,
                    "none",
                    "Where the beginning and end of each tunnel and session are recorded, a line of"
                            + " JSON each.");

    static final Setting<Integer> AUDIT_MAX_BYTES =
            Setting.of(
                    "audit.maxBytes",
                    "--audit-max-bytes",
                    SettingType.BYTES,
                    64 * 1_024 * 1_024,
                    "When the next file begins.");

    static final Setting<Integer> AUDIT_KEPT =
            Setting.of(
                    "audit.kept",
                    "--audit-kept",
                    SettingType.NUMBER,
                    10,
                    "How many full files are kept, as FILE.1, FILE.2 and so on.");

    static final Section AUDIT =
            Section.of(
                    "audit",
                    "Who opened and used what, see [observability.md](observability.md).",
                    AUDIT_FILE,
                    AUDIT_MAX_BYTES,
                    AUDIT_KEPT);

    static final Setting<URI> OTLP =
            Setting.optional(
                    "tracing.otlp",
                    "--tracing-otlp",
                    SettingType.HTTP_URL,
                    "none",
                    "Where spans of tunnels and sessions go, by OTLP over HTTP, such as"
                            + " http://collector:4318/v1/traces.");

    static final Section TRACING =
            Section.of("tracing", "OpenTelemetry, see [observability.md](observability.md).", OTLP);

    private LogSection() {}

    static LogSettings read(Values values) {
        return new LogSettings(
                values.get(LEVEL),
                values.get(LEVELS),
                values.get(FORMAT),
                values.find(AUDIT_FILE)
                        .map(file ->
                                new LogSettings.AuditFile(
                                        file,
                                        values.get(AUDIT_MAX_BYTES),
                                        values.get(AUDIT_KEPT))));
    }
}
