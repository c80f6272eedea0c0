package dev.culvert.relay;

import dev.culvert.certs.CertificateSet;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.observe.FrontMeters;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.route.TunnelRouter;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.relay.web.HttpsServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** A running relay. */
public final class Relay {
    /** Program and version, for the peers' logs. */
    public static final String VERSION = "culvert/0.1.0";

    private final RelaySettings settings;
    private final TlsContexts tls;
    private final PostgresFront front;
    private final HttpsServer https;
    private final TunnelEndpoint endpoint;

    private Relay(
            RelaySettings settings,
            TlsContexts tls,
            PostgresFront front,
            HttpsServer https,
            TunnelEndpoint endpoint) {
        this.settings = settings;
        this.tls = tls;
        this.front = front;
        this.https = https;
        this.endpoint = endpoint;
    }

    /**
     * Starts a relay.
     *
     * @param vertx whose event loops it uses; stays the caller's
     * @param certificates for both listeners
     * @param meters where the relay counts
     * @param observer hears of clients
     */
    public static Future<Relay> start(
            Vertx vertx,
            RelaySettings settings,
            CertificateSet certificates,
            MeterRegistry meters,
            FrontObserver observer) {
        TunnelRegistry registry = new TunnelRegistry(settings.tunnels().resume().reservation());
        TunnelEndpoint endpoint =
                new TunnelEndpoint(settings.tunnels(), registry, settings.domain(), VERSION);
        TunnelRouter router = new TunnelRouter(settings.domains(), registry::find);
        TlsContexts tls = new TlsContexts(certificates, settings.tls());
        return PostgresFront.listen(
                        vertx, settings.postgres(), tls, router, new FrontMeters(meters, observer))
                .compose(front -> {
                    Gauge.builder("culvert.connections", front, PostgresFront::connections)
                            .description("Clients' connections")
                            .register(meters);
                    endpoint.setPostgresPort(front.port());
                    return HttpsServer.listen(vertx, settings.https(), certificates, endpoint)
                            .map(https -> new Relay(settings, tls, front, https, endpoint))
                            .recover(failure ->
                                    front.close().transform(_ -> Future.failedFuture(failure)));
                });
    }

    /**
     * Takes other certificates into use on both listeners, without touching a connection. Any
     * thread.
     */
    public Future<Boolean> replaceCertificates(CertificateSet certificates) {
        tls.replace(certificates);
        return https.replaceCertificates(certificates);
    }

    /** The domain under which tunnels have their names. */
    public String domain() {
        return settings.domain();
    }

    /** Where clients connect. */
    public int postgresPort() {
        return front.port();
    }

    /** Where agents and browsers connect. */
    public int httpsPort() {
        return https.port();
    }

    /** Ends all tunnels and sessions, each with its reason, and stops listening. */
    public Future<Void> stop() {
        endpoint.shutDown();
        return https.close().eventually(front::close);
    }
}
