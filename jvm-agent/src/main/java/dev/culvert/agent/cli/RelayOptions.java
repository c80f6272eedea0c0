package dev.culvert.agent.cli;

import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of every command that starts a relay. */
final class RelayOptions {
    /** The port of Postgres. */
    static final int POSTGRES_PORT = 5432;

    /** The usual port of HTTPS for a user's own programs. */
    static final int HTTPS_PORT = 8443;

    @Option(
            names = "--domain",
            defaultValue = "culvert.localhost",
            description =
                    "Domain under which databases get their names (${DEFAULT-VALUE}); several are"
                            + " possible, agents are told the first.")
    private List<String> domains = new ArrayList<>();

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (${DEFAULT-VALUE}).")
    private String bind = "127.0.0.1";

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            description = "Port for Postgres clients; 0 for any (5432, or the next free one).")
    private @Nullable Integer postgresPort;

    @Option(
            names = "--https-port",
            paramLabel = "PORT",
            description = "Port for agents and browsers; 0 for any (8443, or the next free one).")
    private @Nullable Integer httpsPort;

    @Option(
            names = "--web-root",
            paramLabel = "DIR",
            defaultValue = "${sys:culvert.web-root}",
            description = "Folder of the page that the relay serves.")
    private @Nullable Path webRoot;

    @Mixin private CertificateOptions certificates = new CertificateOptions();

    @Mixin private SessionOptions sessions = new SessionOptions();

    @Mixin private LimitOptions limits = new LimitOptions();

    /** The settings that the options stand for. */
    RelaySettings settings() {
        return new RelaySettings(
                domains,
                limits.apply(FrontSettings.on(bind, port(postgresPort, POSTGRES_PORT))),
                certificates.tls(),
                new HttpsSettings(bind, port(httpsPort, HTTPS_PORT), webRoot),
                limits.apply(sessions.apply(TunnelSettings.DEFAULTS)),
                DrainSettings.DEFAULTS);
    }

    /** The relay's certificates; empty for those of the development CA. */
    List<CertificateFiles> certificates() {
        return certificates.files();
    }

    private int port(@Nullable Integer chosen, int usual) {
        return chosen != null ? chosen : FreePort.from(bind, usual);
    }
}
