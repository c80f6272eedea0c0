package dev.culvert.relay.admin;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.relay.tunnel.TunnelRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What of a relay is looked at when metrics are asked for. */
public final class RelayMeters {
    private RelayMeters() {}

    /** Registers the gauges. */
    public static void register(
            MeterRegistry meters,
            PostgresFront front,
            TunnelRegistry tunnels,
            Supplier<CertificateSet> certificates) {
        Gauge.builder("culvert.connections", front, PostgresFront::connections)
                .description("Clients' connections")
                .register(meters);
        Gauge.builder("culvert.tunnels", tunnels, registry -> registry.all().size())
                .description("Tunnels, those included that wait for their agents")
                .register(meters);
        Gauge.builder("culvert.queue.waiting", tunnels, RelayMeters::waiting)
                .description("Clients that wait for their turn")
                .register(meters);
        Gauge.builder(
                        "culvert.certificates.expiry",
                        certificates,
                        current -> earliestEnd(current.get()).getEpochSecond())
                .description("When the first of the certificates expires, in seconds since 1970")
                .baseUnit("seconds")
                .register(meters);
        certificateReloadFailures(meters);
        buffers(meters, "direct", ByteBufAllocatorMetric::usedDirectMemory);
        buffers(meters, "heap", ByteBufAllocatorMetric::usedHeapMemory);
    }

    /** Counts for whoever replaces the certificates. */
    public static Counter certificateReloadFailures(MeterRegistry meters) {
        return Counter.builder("culvert.certificates.reload.failures")
                .description("Changed certificates that could not be used")
                .register(meters);
    }

    /** From when on not all certificates can be used any more. */
    public static Instant earliestEnd(CertificateSet certificates) {
        return certificates.certificates().stream()
                .map(ServerCertificate::notAfter)
                .min(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private static double waiting(TunnelRegistry registry) {
        return registry.all().stream()
                .map(LiveTunnel::sharing)
                .mapToInt(sharing -> sharing.waiting())
                .sum();
    }

    private static void buffers(
            MeterRegistry meters, String kind, ToDoubleFunction<ByteBufAllocatorMetric> used) {
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            Gauge.builder("culvert.buffer.memory", provider.metric(), used)
                    .description("Memory that is reserved for network buffers")
                    .baseUnit("bytes")
                    .tag("kind", kind)
                    .strongReference(true)
                    .register(meters);
        }
    }
}
