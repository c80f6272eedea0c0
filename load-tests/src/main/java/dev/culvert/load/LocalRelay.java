package dev.culvert.load;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;

/** A relay in this process, on free ports, that permits users without a password. */
final class LocalRelay implements AutoCloseable {
    static final String DOMAIN = "relay.test";

    private final Vertx vertx = Vertx.vertx();
    private final Path caFile;
    private final Relay relay;

    LocalRelay() throws IOException {
        Path directory = Files.createTempDirectory("culvert-load");
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        caFile = ca.caFile();
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        DOMAIN,
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS.withAllowNoPassword(true)),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*." + DOMAIN, "localhost")))),
                                new SimpleMeterRegistry(),
                                new Silent())
                        .await();
    }

    Path caFile() {
        return caFile;
    }

    int httpsPort() {
        return relay.httpsPort();
    }

    int postgresPort() {
        return relay.postgresPort();
    }

    @Override
    public void close() {
        relay.stop().await();
        vertx.close().await();
    }

    /** Hears nothing. */
    private static final class Silent implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {}

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {}
    }
}
