package dev.culvert.agent.config;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.relay.config.SessionSettings;
import java.time.Duration;

/** How long sessions may last; agents may ask for less. */
final class SessionSection {
    private static final SessionSettings DEFAULTS = SessionSettings.DEFAULTS;

    static final Setting<Duration> IDLE =
            Setting.of(
                            "sessions.idleTimeout",
                            "--idle-timeout",
                            SettingType.SECONDS,
                            DEFAULTS.timeouts().idle(),
                            "How long a session may wait for its client.")
                    .changesLive();

    static final Setting<Duration> IDLE_IN_TRANSACTION =
            Setting.optional(
                            "sessions.idleInTransactionTimeout",
                            "--idle-in-transaction-timeout",
                            SettingType.SECONDS,
                            "as sessions.idleTimeout",
                            "How long it may do so with a transaction open.")
                    .changesLive();

    static final Setting<Duration> STATEMENT =
            Setting.optional(
                            "sessions.statementTimeout",
                            "--statement-timeout",
                            SettingType.SECONDS,
                            "forever",
                            "How long statements sent together may run until they are cancelled.")
                    .changesLive();

    static final Setting<Duration> QUEUE =
            Setting.of(
                            "sessions.queueTimeout",
                            "--queue-timeout",
                            SettingType.SECONDS,
                            DEFAULTS.timeouts().queue(),
                            "How long a client may wait for its turn.")
                    .changesLive();

    static final Setting<Integer> MAX_WAITING =
            Setting.of(
                            "sessions.maxWaiting",
                            "--max-waiting",
                            SettingType.NUMBER,
                            DEFAULTS.maxWaiting(),
                            "Most clients that wait for one database.")
                    .changesLive();

    static final Section SESSIONS =
            Section.of(
                    "sessions",
                    "How long sessions may last; agents may ask for less. A change is for tunnels"
                            + " that are opened after it.",
                    IDLE,
                    IDLE_IN_TRANSACTION,
                    STATEMENT,
                    QUEUE,
                    MAX_WAITING);

    private SessionSection() {}

    static SessionSettings read(Values values) {
        Duration idle = values.get(IDLE);
        return new SessionSettings(
                new SessionTimeouts(
                        idle,
                        values.find(IDLE_IN_TRANSACTION).orElse(idle),
                        values.find(STATEMENT),
                        values.get(QUEUE)),
                values.get(MAX_WAITING));
    }
}
