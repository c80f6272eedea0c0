package dev.culvert.relay;

import dev.culvert.certs.CertificateSet;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.observe.FrontMeters;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.route.TunnelRouter;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.relay.web.HttpsServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running relay. */
public final class Relay {
    /** Program and version, for the peers' logs. */
    public static final String VERSION = "culvert/0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    /** How long clients of a relay that is empty may take to read their last message. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final RelaySettings settings;
    private final TlsContexts tls;
    private final PostgresFront front;
    private final HttpsServer https;
    private final TunnelEndpoint endpoint;
    private final Readiness readiness;

    private Relay(
            Vertx vertx,
            RelaySettings settings,
            TlsContexts tls,
            PostgresFront front,
            HttpsServer https,
            TunnelEndpoint endpoint,
            Readiness readiness) {
        this.vertx = vertx;
        this.settings = settings;
        this.tls = tls;
        this.front = front;
        this.https = https;
        this.endpoint = endpoint;
        this.readiness = readiness;
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
        Access access = new Access(settings.access());
        TunnelEndpoint endpoint =
                new TunnelEndpoint(
                        settings.tunnels(), access, registry, settings.domain(), VERSION);
        Readiness readiness = new Readiness();
        TunnelRouter router = new TunnelRouter(settings.domains(), registry::find);
        TlsContexts tls = new TlsContexts(certificates, settings.tls());
        return PostgresFront.listen(
                        vertx, settings.postgres(), tls, router, new FrontMeters(meters, observer))
                .compose(front -> {
                    Gauge.builder("culvert.connections", front, PostgresFront::connections)
                            .description("Clients' connections")
                            .register(meters);
                    endpoint.setPostgresPort(front.port());
                    return HttpsServer.listen(
                                    vertx,
                                    settings.https(),
                                    certificates,
                                    settings.tls(),
                                    endpoint,
                                    readiness)
                            .map(https ->
                                    new Relay(
                                            vertx, settings, tls, front, https, endpoint,
                                            readiness))
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

    /** Whether agents and clients should be sent here; what {@code /readyz} answers. */
    public boolean isReady() {
        return readiness.getAsBoolean();
    }

    /**
     * Empties the relay, then stops it: it says that it is not ready, takes no clients any more,
     * asks the agents to move to another relay, ends idle sessions, and waits for the others until
     * the deadline. Once only. Any thread.
     *
     * @param reason what the agents' owners read
     * @return completes when the relay has stopped; true when nothing had to be cut off
     */
    public Future<Boolean> drain(String reason) {
        DrainSettings times = settings.drain();
        readiness.set(false);
        LOG.atInfo().addKeyValue("tunnels", endpoint.tunnels()).log("draining");
        Future<Void> emptied =
                (times.delay().isZero() ? Future.<Void>succeededFuture() : timer(times.delay()))
                        .compose(_ -> front.stopAccepting())
                        .compose(_ -> endpoint.drain(times, reason))
                        .compose(_ -> Future.any(front.whenClientsAreGone(), timer(FAREWELL)))
                        .mapEmpty();
        return Future.any(emptied, timer(times.deadline()))
                .map(_ -> emptied.isComplete())
                .compose(inTime -> {
                    if (!inTime) {
                        LOG.atWarn()
                                .addKeyValue("tunnels", endpoint.tunnels())
                                .log("the deadline has come: what is left is cut off");
                    }
                    return stop().map(inTime);
                });
    }

    private Future<Void> timer(Duration delay) {
        return vertx.timer(delay.toMillis(), TimeUnit.MILLISECONDS).mapEmpty();
    }

    /** Ends all tunnels and sessions, each with its reason, and stops listening. */
    public Future<Void> stop() {
        readiness.set(false);
        endpoint.shutDown();
        return https.close().eventually(front::close);
    }

    /** Whether the relay wants more. */
    private static final class Readiness implements BooleanSupplier {
        private volatile boolean ready = true;

        void set(boolean value) {
            ready = value;
        }

        @Override
        public boolean getAsBoolean() {
            return ready;
        }
    }
}
