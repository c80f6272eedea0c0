package dev.culvert.relay.trace;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;

/** Begins spans. Nothing in them is SQL, a parameter or a secret. */
public final class Spans {
    /** The instrumentation's name. */
    private static final String SCOPE = "dev.culvert";

    private Spans() {}

    /** A span without a parent, of something that another machine began. */
    public static Span begin(String name) {
        return GlobalOpenTelemetry.getTracer(SCOPE)
                .spanBuilder(name)
                .setNoParent()
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
    }
}
