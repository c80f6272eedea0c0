package dev.culvert.front.observe;

import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts sessions and refusals, and passes on what it hears. Every reason has its meter from the
 * start, so that a limit that was never reached reads 0; the label {@code reason} has the values of
 * {@link Reason#label} and no others. Thread-safe.
 *
 * <ul>
 *   <li>{@code culvert.sessions}: sessions at this moment
 *   <li>{@code culvert.sessions.started}, {@code culvert.sessions.ended} by reason
 *   <li>{@code culvert.clients.refused} by reason
 *   <li>{@code culvert.tls.handshakes} by version: those that succeeded; {@code failed} for others
 *   <li>{@code culvert.cancels}, {@code culvert.queue.wait}
 *   <li>{@code culvert.bytes} and {@code culvert.batches} by direction
 *   <li>{@code culvert.batch.duration} by share
 * </ul>
 *
 * <p>On the way of data it takes no lock and makes no object.
 */
public final class FrontMeters implements FrontObserver {
    private final FrontObserver next;
    private final AtomicInteger sessions = new AtomicInteger();
    private final Counter started;
    private final Map<Reason, Counter> ended = new EnumMap<>(Reason.class);
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
    private final Counter tls13;
    private final Counter tls12;
    private final Counter tlsFailed;
    private final Counter cancels;
    private final Timer queueWait;
    private final Counter bytesToDatabase;
    private final Counter bytesToClient;
    private final Counter batchesToDatabase;
    private final Counter batchesToClient;
    private final Timer relayShare;
    private final Timer agentShare;

    /**
     * Meters in a registry.
     *
     * @param next hears everything, too
     */
    public FrontMeters(MeterRegistry registry, FrontObserver next) {
        this.next = next;
        Gauge.builder("culvert.sessions", sessions, AtomicInteger::get)
                .description("Sessions at this moment")
                .register(registry);
        started =
                Counter.builder("culvert.sessions.started")
                        .description("Clients that logged in and got their database")
                        .register(registry);
        tls13 = handshakes(registry, "TLSv1.3");
        tls12 = handshakes(registry, "TLSv1.2");
        tlsFailed = handshakes(registry, "failed");
        cancels =
                Counter.builder("culvert.cancels")
                        .description("Requests to cancel a statement")
                        .register(registry);
        queueWait =
                Timer.builder("culvert.queue.wait")
                        .description("How long clients waited whose turn came")
                        .serviceLevelObjectives(
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(10),
                                Duration.ofMinutes(1))
                        .register(registry);
        bytesToDatabase = traffic(registry, "bytes", "database");
        bytesToClient = traffic(registry, "bytes", "client");
        batchesToDatabase = traffic(registry, "batches", "database");
        batchesToClient = traffic(registry, "batches", "client");
        relayShare = share(registry, "relay");
        agentShare = share(registry, "agent");
        for (Reason reason : Reason.values()) {
            ended.put(
                    reason,
                    Counter.builder("culvert.sessions.ended")
                            .description("Sessions that ended, by reason")
                            .tag("reason", reason.label())
                            .register(registry));
            refused.put(
                    reason,
                    Counter.builder("culvert.clients.refused")
                            .description("Clients that got no session, by reason")
                            .tag("reason", reason.label())
                            .register(registry));
        }
    }

    @Override
    public void onSessionStarted(SessionInfo session) {
        sessions.incrementAndGet();
        started.increment();
        next.onSessionStarted(session);
    }

    @Override
    public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
        sessions.decrementAndGet();
        count(ended, reason);
        next.onSessionEnded(session, totals, reason);
    }

    @Override
    public void onRefused(RefusedClient client, Refusal refusal) {
        count(refused, refusal);
        next.onRefused(client, refusal);
    }

    @Override
    public void onTlsHandshake(@Nullable String version) {
        switch (version) {
            case "TLSv1.3" -> tls13.increment();
            case "TLSv1.2" -> tls12.increment();
            case null, default -> tlsFailed.increment();
        }
        next.onTlsHandshake(version);
    }

    @Override
    public void onCancelRequest() {
        cancels.increment();
        next.onCancelRequest();
    }

    @Override
    public void onQueueWait(long nanos) {
        queueWait.record(nanos, TimeUnit.NANOSECONDS);
        next.onQueueWait(nanos);
    }

    @Override
    public void onBytesToDatabase(int bytes) {
        bytesToDatabase.increment(bytes);
        next.onBytesToDatabase(bytes);
    }

    @Override
    public void onBytesToClient(int bytes) {
        bytesToClient.increment(bytes);
        next.onBytesToClient(bytes);
    }

    @Override
    public void onBatchToDatabase() {
        batchesToDatabase.increment();
        next.onBatchToDatabase();
    }

    @Override
    public void onBatchAnswered() {
        batchesToClient.increment();
        next.onBatchAnswered();
    }

    @Override
    public void onBatchTimed(long relayNanos, long agentNanos) {
        relayShare.record(relayNanos, TimeUnit.NANOSECONDS);
        agentShare.record(agentNanos, TimeUnit.NANOSECONDS);
        next.onBatchTimed(relayNanos, agentNanos);
    }

    private static Counter handshakes(MeterRegistry registry, String version) {
        return Counter.builder("culvert.tls.handshakes")
                .description("Clients' TLS handshakes, by version, or failed")
                .tag("version", version)
                .register(registry);
    }

    private static Counter traffic(MeterRegistry registry, String what, String to) {
        return Counter.builder("culvert." + what)
                .description("What sessions carried, by where it went: " + what)
                .tag("to", to)
                .register(registry);
    }

    private static Timer share(MeterRegistry registry, String share) {
        return Timer.builder("culvert.batch.duration")
                .description("How long batches took that were alone on their way, by whose share")
                .tag("share", share)
                .serviceLevelObjectives(
                        Duration.ofNanos(100_000),
                        Duration.ofNanos(250_000),
                        Duration.ofNanos(500_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(10))
                .register(registry);
    }

    private static void count(Map<Reason, Counter> counters, Refusal refusal) {
        Counter counter = counters.get(refusal.reason());
        if (counter == null) {
            throw new IllegalStateException("no meter for " + refusal.reason());
        }
        counter.increment();
    }
}
