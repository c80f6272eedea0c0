package dev.culvert.front.observe;

import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts sessions and refusals, and passes on what it hears. Every reason has its meter from the
 * start, so that a limit that was never reached reads 0; the label {@code reason} has the values of
 * {@link Reason#label} and no others. Thread-safe.
 *
 * <ul>
 *   <li>{@code culvert.sessions}: sessions at this moment
 *   <li>{@code culvert.sessions.started}, {@code culvert.sessions.ended} by reason
 *   <li>{@code culvert.clients.refused} by reason
 * </ul>
 */
public final class FrontMeters implements FrontObserver {
    private final FrontObserver next;
    private final AtomicInteger sessions = new AtomicInteger();
    private final Counter started;
    private final Map<Reason, Counter> ended = new EnumMap<>(Reason.class);
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);

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
    public void onSessionEnded(SessionInfo session, Refusal reason) {
        sessions.decrementAndGet();
        count(ended, reason);
        next.onSessionEnded(session, reason);
    }

    @Override
    public void onRefused(SocketAddress client, Refusal refusal) {
        count(refused, refusal);
        next.onRefused(client, refusal);
    }

    private static void count(Map<Reason, Counter> counters, Refusal refusal) {
        Counter counter = counters.get(refusal.reason());
        if (counter == null) {
            throw new IllegalStateException("no meter for " + refusal.reason());
        }
        counter.increment();
    }
}
