package dev.culvert.agent.config;

import dev.culvert.relay.config.AdminSettings;

/** Where the relay's operators and their programs connect; docs/observability.md. */
final class AdminSection {
    static final Setting<String> BIND =
            Setting.of(
                    "admin.bind",
                    "--admin-bind",
                    SettingType.TEXT,
                    "127.0.0.1",
                    "Address of the admin port, which speaks plain HTTP.");

    static final Setting<Integer> PORT =
            Setting.optional(
                    "admin.port",
                    "--admin-port",
                    SettingType.PORT,
                    "none",
                    "Port for metrics, probes and the admin API; 0 for any.");

    static final Setting<String> TOKEN =
            Setting.<String>optional(
                            "admin.token",
                            "--admin-token",
                            SettingType.TEXT,
                            "none: metrics need none, and there is no admin API",
                            "What callers of the admin port show as a bearer token, except for the"
                                    + " probes; 16 characters or more.")
                    .keptSecret();

    static final Section ADMIN =
            Section.of("admin", "Where the relay's operators connect.", BIND, PORT, TOKEN);

    private AdminSection() {}

    static AdminSettings read(Values values) {
        if (values.find(PORT).isEmpty() && values.find(TOKEN).isPresent()) {
            throw new IllegalArgumentException("admin.token is of no use without admin.port");
        }
        return new AdminSettings(
                values.find(PORT)
                        .map(port ->
                                new AdminSettings.Http(
                                        values.get(BIND), port, values.find(TOKEN))));
    }
}
