package dev.culvert.agent.cli;

import dev.culvert.relay.Relay;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** Sends spans to a collector, by OTLP over HTTP, on threads of its own. */
final class Tracing implements AutoCloseable {
    private static final long STOP_SECONDS = 5;

    private final SdkTracerProvider provider;

    private Tracing(SdkTracerProvider provider) {
        this.provider = provider;
    }

    /** Begins, before anything asks for a span. Once in a process. */
    static Tracing start(URI collector) {
        SdkTracerProvider provider =
                SdkTracerProvider.builder()
                        .setResource(
                                Resource.getDefault()
                                        .merge(
                                                Resource.create(
                                                        Attributes.builder()
                                                                .put("service.name", "culvert")
                                                                .put(
                                                                        "service.version",
                                                                        Relay.VERSION)
                                                                .build())))
                        // a bounded queue: spans are dropped when the collector is slow
                        .addSpanProcessor(
                                BatchSpanProcessor.builder(
                                                OtlpHttpSpanExporter.builder()
                                                        .setEndpoint(collector.toString())
                                                        .build())
                                        .build())
                        .build();
        GlobalOpenTelemetry.set(OpenTelemetrySdk.builder().setTracerProvider(provider).build());
        return new Tracing(provider);
    }

    /** Sends what waits to be sent, for a few seconds. */
    @Override
    public void close() {
        provider.shutdown().join(STOP_SECONDS, TimeUnit.SECONDS);
    }
}
