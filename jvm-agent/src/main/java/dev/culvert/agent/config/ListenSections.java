package dev.culvert.agent.config;

import dev.culvert.front.listen.FrontSettings;
import dev.culvert.relay.config.HttpsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the relay listens, and what it is called. */
final class ListenSections {
    private static final FrontSettings FRONT = FrontSettings.on("127.0.0.1", 0);
    private static final int USUAL_POSTGRES_PORT = 5432;
    private static final int USUAL_HTTPS_PORT = 8443;

    static final Setting<List<String>> DOMAINS =
            Setting.of(
                    "domains",
                    "--domain",
                    SettingType.listOf(SettingType.TEXT),
                    List.of("culvert.localhost"),
                    "Domains under which databases get their names; agents are told the first.");

    static final Setting<String> BIND =
            Setting.of("bind", "--bind", SettingType.TEXT, FRONT.host(), "Address to listen on.");

    static final Section GENERAL = Section.of("", "What the relay is called.", DOMAINS, BIND);

    static final Setting<Integer> PORT =
            Setting.optional(
                    "postgres.port",
                    "--postgres-port",
                    SettingType.PORT,
                    USUAL_POSTGRES_PORT + ", or the next free one",
                    "Port for Postgres clients; 0 for any.");

    static final Setting<Duration> TLS_TIMEOUT =
            Setting.of(
                    "postgres.tlsTimeout",
                    "--tls-timeout",
                    SettingType.SECONDS,
                    FRONT.tlsTimeout(),
                    "From the connection to the end of the TLS handshake.");

    static final Setting<Duration> LOGIN_TIMEOUT =
            Setting.of(
                    "postgres.loginTimeout",
                    "--login-timeout",
                    SettingType.SECONDS,
                    FRONT.loginTimeout(),
                    "From there to the end of the authentication.");

    static final Setting<Duration> START_TIMEOUT =
            Setting.of(
                    "postgres.startTimeout",
                    "--start-timeout",
                    SettingType.SECONDS,
                    FRONT.startTimeout(),
                    "From there until the database has begun the session.");

    static final Setting<Duration> IDLE_STATUS =
            Setting.optional(
                    "postgres.idleStatus",
                    "--idle-status",
                    SettingType.SECONDS,
                    "never",
                    "How often idle clients are sent a harmless message, for load balancers.");

    static final Setting<Boolean> CLEARTEXT_PASSWORD =
            Setting.of(
                    "postgres.cleartextPassword",
                    "--cleartext-password",
                    SettingType.SWITCH,
                    FRONT.cleartextPassword(),
                    "Ask clients in TLS for the password itself instead of SCRAM.");

    static final Section POSTGRES =
            Section.of(
                    "postgres",
                    "Where Postgres clients connect.",
                    PORT,
                    TLS_TIMEOUT,
                    LOGIN_TIMEOUT,
                    START_TIMEOUT,
                    IDLE_STATUS,
                    CLEARTEXT_PASSWORD);

    static final Setting<Integer> HTTPS_PORT =
            Setting.optional(
                    "https.port",
                    "--https-port",
                    SettingType.PORT,
                    USUAL_HTTPS_PORT + ", or the next free one",
                    "Port for agents and browsers; 0 for any.");

    static final Setting<Path> WEB_ROOT =
            Setting.optional(
                    "https.webRoot",
                    "--web-root",
                    SettingType.FILE,
                    "what the command `culvert` was built with",
                    "Folder of the page that the relay serves.");

    static final Section HTTPS =
            Section.of("https", "Where agents and browsers connect.", HTTPS_PORT, WEB_ROOT);

    private ListenSections() {}

    static FrontSettings front(Values values) {
        String host = values.get(BIND);
        FrontSettings settings =
                FrontSettings.on(
                                host,
                                values.find(PORT)
                                        .orElseGet(() -> FreePort.from(host, USUAL_POSTGRES_PORT)))
                        .withTimeouts(
                                values.get(TLS_TIMEOUT),
                                values.get(LOGIN_TIMEOUT),
                                values.get(START_TIMEOUT))
                        .withCleartextPassword(values.get(CLEARTEXT_PASSWORD));
        return values.find(IDLE_STATUS).map(settings::withIdleStatus).orElse(settings);
    }

    static HttpsSettings https(Values values) {
        String host = values.get(BIND);
        return new HttpsSettings(
                host,
                values.find(HTTPS_PORT).orElseGet(() -> FreePort.from(host, USUAL_HTTPS_PORT)),
                values.find(WEB_ROOT).orElseGet(ListenSections::builtIn));
    }

    private static @Nullable Path builtIn() {
        String folder = System.getProperty("culvert.web-root");
        return folder == null ? null : Path.of(folder);
    }
}
