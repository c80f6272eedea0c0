package dev.culvert.agent.cli;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.RelaySettings;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A relay with certificates of the user's own development CA. */
final class DevelopmentRelay implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final Vertx vertx;
    private final Relay relay;
    private final Path caFile;

    private DevelopmentRelay(Vertx vertx, Relay relay, Path caFile) {
        this.vertx = vertx;
        this.relay = relay;
        this.caFile = caFile;
    }

    /** Starts a relay; the certificates are made when there are none. */
    static DevelopmentRelay start(RelaySettings settings, FrontObserver observer) {
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(
                        DevelopmentCa.userDirectory(
                                System.getenv(), System.getProperty("user.home")),
                        Clock.systemUTC());
        String domain = settings.domain();
        CertificateSet certificates =
                CertificateSet.of(
                        ca.serverCertificate(
                                new LinkedHashSet<>(
                                        List.of(
                                                "*." + domain,
                                                domain,
                                                "localhost",
                                                "127.0.0.1",
                                                "::1"))));
        Vertx vertx = Vertx.vertx();
        try {
            return new DevelopmentRelay(
                    vertx,
                    Relay.start(vertx, settings, certificates, observer).await(),
                    ca.caFile());
        } catch (RuntimeException e) {
            vertx.close().await();
            throw e;
        }
    }

    Relay relay() {
        return relay;
    }

    /** What clients have to trust. */
    Path caFile() {
        return caFile;
    }

    @Override
    public void close() {
        try {
            relay.stop().await(STOP_SECONDS, TimeUnit.SECONDS);
            vertx.close().await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the relay did not stop in time", e);
        }
    }
}
