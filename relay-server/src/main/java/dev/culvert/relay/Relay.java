package dev.culvert.relay;

import dev.culvert.certs.CertificateSet;
import dev.culvert.front.backend.Backend;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.observe.FrontMeters;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.relay.admin.AdminServer;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.admin.EventLoopLag;
import dev.culvert.relay.admin.Health;
import dev.culvert.relay.admin.Operations;
import dev.culvert.relay.admin.RelayMeters;
import dev.culvert.relay.config.AdminSettings;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.LiveSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.console.Console;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.route.TunnelRouter;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.relay.tunnel.TunnelMeters;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.relay.web.HttpsServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
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
    private final Access access;
    private final PostgresFront front;
    private final HttpsServer https;
    private final TunnelEndpoint endpoint;
    private final Health health;
    private final EventLoopLag lag;
    private final Optional<AdminServer> admin;

    private Relay(
            Vertx vertx,
            RelaySettings settings,
            TlsContexts tls,
            Access access,
            PostgresFront front,
            HttpsServer https,
            TunnelEndpoint endpoint,
            Health health,
            EventLoopLag lag,
            Optional<AdminServer> admin) {
        this.vertx = vertx;
        this.settings = settings;
        this.tls = tls;
        this.access = access;
        this.front = front;
        this.https = https;
        this.endpoint = endpoint;
        this.health = health;
        this.lag = lag;
        this.admin = admin;
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
        return start(vertx, settings, certificates, meters, observer, List::of);
    }

    /**
     * Starts a relay.
     *
     * @param config what operators see as its settings
     */
    public static Future<Relay> start(
            Vertx vertx,
            RelaySettings settings,
            CertificateSet certificates,
            MeterRegistry meters,
            FrontObserver observer,
            Supplier<List<ConfigLine>> config) {
        Optional<AdminSettings.Console> console = settings.admin().console();
        TunnelRegistry registry =
                new TunnelRegistry(
                        settings.tunnels().resume().reservation(),
                        new TunnelMeters(meters),
                        console.map(AdminSettings.Console::name).map(Set::of).orElse(Set.of()));
        Access access = new Access(settings.access());
        TunnelEndpoint endpoint =
                new TunnelEndpoint(
                        settings.tunnels(),
                        settings.drain(),
                        access,
                        registry,
                        settings.domain(),
                        VERSION);
        Health health = new Health(certificates, InstantSource.system());
        LiveSessions live = new LiveSessions();
        Operations operations =
                new Operations(
                        VERSION,
                        settings.domain(),
                        endpoint::drainSettings,
                        registry,
                        live,
                        health,
                        meters,
                        config);
        TunnelRouter router =
                new TunnelRouter(
                        settings.domains(),
                        backends(
                                registry,
                                console.map(known -> new Console(vertx, known, operations))));
        TlsContexts tls = new TlsContexts(certificates, settings.tls());
        return PostgresFront.listen(
                        vertx,
                        settings.postgres(),
                        tls,
                        router,
                        new FrontMeters(meters, observer),
                        live)
                .compose(front -> {
                    RelayMeters.register(meters, front, registry, health::certificates);
                    endpoint.setPostgresPort(front.port());
                    return HttpsServer.listen(
                                    vertx,
                                    settings.https(),
                                    certificates,
                                    settings.tls(),
                                    endpoint,
                                    health)
                            .compose(https ->
                                    listenForOperators(vertx, settings, operations, meters)
                                            .map(admin ->
                                                    new Relay(
                                                            vertx,
                                                            settings,
                                                            tls,
                                                            access,
                                                            front,
                                                            https,
                                                            endpoint,
                                                            health,
                                                            EventLoopLag.start(
                                                                    ((VertxInternal) vertx)
                                                                            .nettyEventLoopGroup(),
                                                                    meters),
                                                            admin))
                                            .recover(failure ->
                                                    https.close()
                                                            .transform(_ ->
                                                                    Future.failedFuture(failure))))
                            .recover(failure ->
                                    front.close().transform(_ -> Future.failedFuture(failure)));
                });
    }

    /** The tunnels, and the console among them. */
    private static Function<String, Optional<? extends Backend>> backends(
            TunnelRegistry registry, Optional<Console> console) {
        return name -> {
            Optional<Console> meant = console.filter(known -> known.name().equals(name));
            return meant.isPresent() ? meant : registry.find(name);
        };
    }

    private static Future<Optional<AdminServer>> listenForOperators(
            Vertx vertx, RelaySettings settings, Operations operations, MeterRegistry meters) {
        Supplier<String> text =
                meters instanceof PrometheusMeterRegistry prometheus
                        ? prometheus::scrape
                        : () -> "# this process keeps no metrics for Prometheus\n";
        return settings.admin()
                .http()
                .map(http -> AdminServer.listen(vertx, http, text, operations).map(Optional::of))
                .orElse(Future.succeededFuture(Optional.empty()));
    }

    /**
     * Takes other certificates into use on both listeners, without touching a connection. Any
     * thread.
     */
    public Future<Boolean> replaceCertificates(CertificateSet certificates) {
        tls.replace(certificates);
        health.replaceCertificates(certificates);
        return https.replaceCertificates(certificates);
    }

    /** Takes other settings; who and what is here stays. Any thread. */
    public void reconfigure(LiveSettings other) {
        access.replace(other.access());
        endpoint.replace(other.tunnels(), other.drain());
        front.replaceLimits(other.connections());
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

    /** Where operators connect; empty when there is no such port. */
    public Optional<Integer> adminPort() {
        return admin.map(AdminServer::port);
    }

    /** Whether agents and clients should be sent here; what {@code /readyz} answers. */
    public boolean isReady() {
        return health.getAsBoolean();
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
        DrainSettings times = endpoint.drainSettings();
        health.drain();
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
        health.drain();
        endpoint.shutDown();
        lag.stop();
        return https.close()
                .eventually(front::close)
                .eventually(() -> admin.map(AdminServer::close).orElse(Future.succeededFuture()));
    }
}
