package dev.culvert.agent.cli;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.reload.CertificateReloadListener;
import dev.culvert.certs.reload.CertificateReloader;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.relay.Relay;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.admin.RelayMeters;
import dev.culvert.relay.config.RelaySettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A relay with its certificates: files that are watched, or those of the development CA. */
final class RunningRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningRelay.class);
    private static final long STOP_SECONDS = 10;

    /** Exit code: the deadline of the drain cut something off. */
    private static final int CUT_OFF = 3;

    private final Vertx vertx;
    private final ScheduledExecutorService watch;
    private final Optional<Path> caFile;
    private final MeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter reloadFailures = RelayMeters.certificateReloadFailures(meters);
    private @Nullable Relay relay;
    private Runnable checkCertificates = () -> {};

    private RunningRelay(Vertx vertx, ScheduledExecutorService watch, Optional<Path> caFile) {
        this.vertx = vertx;
        this.watch = watch;
        this.caFile = caFile;
    }

    /**
     * Starts a relay.
     *
     * @param files the relay's certificates; none for the development CA's, which are made when
     *     there are none
     * @param lookEvery how often files are looked at
     */
    static RunningRelay start(
            RelaySettings settings,
            List<CertificateFiles> files,
            Duration lookEvery,
            FrontObserver observer) {
        return start(settings, files, lookEvery, observer, List::of);
    }

    /**
     * The same.
     *
     * @param config what operators see as its settings
     */
    static RunningRelay start(
            RelaySettings settings,
            List<CertificateFiles> files,
            Duration lookEvery,
            FrontObserver observer,
            Supplier<List<ConfigLine>> config) {
        // looking at files blocks, and must not do so on an event loop
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("files").factory());
        Vertx vertx = vertx();
        try {
            if (files.isEmpty()) {
                DevelopmentCertificates development = DevelopmentCertificates.ofUser();
                RunningRelay running =
                        new RunningRelay(vertx, watch, Optional.of(development.caFile()));
                running.listen(
                        settings, development.forDomains(settings.domains()), observer, config);
                return running;
            }
            RunningRelay running = new RunningRelay(vertx, watch, Optional.empty());
            CertificateReloader reloader =
                    CertificateReloader.start(files, running.new Follower(), watch, lookEvery);
            running.checkCertificates = reloader::checkNow;
            running.listen(settings, reloader.current(), observer, config);
            return running;
        } catch (RuntimeException e) {
            watch.shutdownNow();
            vertx.close().await();
            throw e;
        }
    }

    /** On the sockets of the operating system where they load, or else on Java's. */
    private static Vertx vertx() {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        if (!vertx.isNativeTransportEnabled()) {
            LOG.atInfo().log("no native transport: --tcp-user-timeout has no effect");
        }
        return vertx;
    }

    Relay relay() {
        Relay present = relay;
        if (present == null) {
            throw new IllegalStateException("the relay does not listen yet");
        }
        return present;
    }

    /** Looks at the certificates now. Blocks. */
    void checkCertificates() {
        checkCertificates.run();
    }

    /** Where files may be looked at, until the relay stops. */
    ScheduledExecutorService watch() {
        return watch;
    }

    /** The relay's meters. */
    MeterRegistry meters() {
        return meters;
    }

    /** What clients have to trust, when the certificates are the development CA's. */
    Optional<Path> caFile() {
        return caFile;
    }

    /**
     * Empties the relay, and stops it.
     *
     * @param reason what the agents' owners read
     * @return the process's exit code: 0 when everybody had moved or ended in time, 3 when the
     *     deadline cut something off, 1 when the relay failed to stop
     */
    int drain(String reason) {
        watch.shutdownNow();
        try {
            // ends by itself: the deadline is part of it
            boolean complete = relay().drain(reason).await();
            vertx.close().await(STOP_SECONDS, TimeUnit.SECONDS);
            return complete ? 0 : CUT_OFF;
        } catch (TimeoutException | RuntimeException e) {
            LOG.atError().setCause(e).log("the relay did not stop");
            return 1;
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
        try {
            relay().stop().await(STOP_SECONDS, TimeUnit.SECONDS);
            vertx.close().await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the relay did not stop in time", e);
        }
    }

    private void listen(
            RelaySettings settings,
            CertificateSet certificates,
            FrontObserver observer,
            Supplier<List<ConfigLine>> config) {
        relay = Relay.start(vertx, settings, certificates, meters, observer, config).await();
    }

    /** Takes new certificates into use; keeps the old ones when the new cannot be loaded. */
    private final class Follower implements CertificateReloadListener {
        @Override
        public void onCertificatesChanged(CertificateSet certificates) {
            try {
                relay().replaceCertificates(certificates).await();
            } catch (Exception e) {
                // await throws whatever the future failed with
                reloadFailures.increment();
                LOG.atError()
                        .setCause(e)
                        .log("new certificates cannot be used; the previous ones stay in use");
                return;
            }
            LOG.atInfo().addKeyValue("certificates", certificates).log("certificates replaced");
        }

        @Override
        public void onReloadFailed(Path file, Exception failure) {
            // the reloader has logged it
            reloadFailures.increment();
        }
    }
}
