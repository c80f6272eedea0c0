package dev.culvert.relay.tunnel;

import dev.culvert.tunnel.frame.CloseCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Counts what agents do. Thread-safe, without locks; label values are those of {@link CloseCode}
 * and a few more.
 */
public final class TunnelMeters {
    private static final String HANDSHAKES = "culvert.agent.handshakes";

    private final Counter opened;
    private final Counter resumed;
    private final Map<CloseCode, Counter> refused = new EnumMap<>(CloseCode.class);
    private final Timer gap;
    private final Counter stalls;

    /** Meters in a registry. */
    public TunnelMeters(MeterRegistry registry) {
        opened = handshakes(registry, "opened");
        resumed = handshakes(registry, "resumed");
        for (CloseCode code : CloseCode.values()) {
            refused.put(code, handshakes(registry, code.label()));
        }
        gap =
                Timer.builder("culvert.tunnel.gap")
                        .description("How long tunnels that were resumed had no agent")
                        .serviceLevelObjectives(
                                Duration.ofMillis(100),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30))
                        .register(registry);
        stalls =
                Counter.builder("culvert.credit.stalls")
                        .description("How often a session's data had to wait for an agent's credit")
                        .register(registry);
    }

    /** Of which nobody reads anything. */
    static TunnelMeters none() {
        return new TunnelMeters(new CompositeMeterRegistry());
    }

    void opened() {
        opened.increment();
    }

    void resumed() {
        resumed.increment();
    }

    void refused(CloseCode code) {
        Counter counter = refused.get(code);
        if (counter == null) {
            throw new IllegalStateException("no meter for " + code);
        }
        counter.increment();
    }

    /** A tunnel has its agent again, after so long. */
    void gap(long nanos) {
        gap.record(nanos, TimeUnit.NANOSECONDS);
    }

    void stalled() {
        stalls.increment();
    }

    private static Counter handshakes(MeterRegistry registry, String outcome) {
        return Counter.builder(HANDSHAKES)
                .description("What became of agents that said HELLO")
                .tag("outcome", outcome)
                .register(registry);
    }
}
