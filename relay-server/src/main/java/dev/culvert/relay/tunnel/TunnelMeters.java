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
    private final Counter stallsToDatabase;
    private final Counter stallsToClient;

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
        stallsToDatabase = stalls(registry, "database");
        stallsToClient = stalls(registry, "client");
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

    /** A client's bytes wait for the agent's credit. */
    void stalledToDatabase() {
        stallsToDatabase.increment();
    }

    /** An agent has used up the credit that it had for a client. */
    void stalledToClient() {
        stallsToClient.increment();
    }

    private static Counter stalls(MeterRegistry registry, String to) {
        return Counter.builder("culvert.credit.stalls")
                .description("How often a session had no credit left, by where data was going")
                .tag("to", to)
                .register(registry);
    }

    private static Counter handshakes(MeterRegistry registry, String outcome) {
        return Counter.builder(HANDSHAKES)
                .description("What became of agents that said HELLO")
                .tag("outcome", outcome)
                .register(registry);
    }
}
