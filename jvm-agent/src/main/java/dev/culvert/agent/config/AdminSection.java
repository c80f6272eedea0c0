package dev.culvert.agent.config;

import dev.culvert.relay.config.AdminSettings;
import java.util.Optional;

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
                            "none: metrics need none, and there are no admin API and no console",
                            "What callers of the admin port show as a bearer token, except for the"
                                    + " probes; 16 characters or more. As a flag, it can be seen by"
                                    + " all on the machine.")
                    .keptSecret();

    /** For no console. */
    private static final String NO_CONSOLE = "none";

    static final Setting<String> CONSOLE =
            Setting.of(
                    "admin.console",
                    "--admin-console",
                    SettingType.TEXT,
                    "admin",
                    "Name, among those of the tunnels, at which psql reaches the console, as user"
                            + " admin with the admin token for a password; none for no console,"
                            + " as without a token.");

    static final Section ADMIN =
            Section.of("admin", "Where the relay's operators connect.", BIND, PORT, TOKEN, CONSOLE);

    private AdminSection() {}

    static AdminSettings read(Values values) {
        Optional<String> token = values.find(TOKEN);
        String console = values.get(CONSOLE);
        if (token.isPresent() && values.find(PORT).isEmpty() && console.equals(NO_CONSOLE)) {
            throw new IllegalArgumentException(
                    "admin.token is of no use without admin.port and admin.console");
        }
        return new AdminSettings(
                values.find(PORT)
                        .map(port -> new AdminSettings.Http(values.get(BIND), port, token)),
                token.filter(_ -> !console.equals(NO_CONSOLE))
                        .map(password -> new AdminSettings.Console(console, password)));
    }
}
