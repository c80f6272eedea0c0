package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.trace.Spans;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TracingTest {
    private static final int SPANS = 100_000;

    @BeforeEach
    @AfterEach
    void forget() {
        GlobalOpenTelemetry.resetForTest();
    }

    @Test
    void without_a_collector_a_span_is_nothing() {
        GlobalOpenTelemetry.set(io.opentelemetry.api.OpenTelemetry.noop());

        Span span = Spans.begin("session");

        assertThat(span.isRecording()).isFalse();
        assertThat(span.getSpanContext().isValid()).isFalse();
    }

    /** The system accepts connections for it; nobody reads them. */
    @Test
    void a_collector_that_never_answers_makes_nobody_wait() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Tracing tracing =
                    Tracing.start(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/v1"));

            long start = System.nanoTime();
            for (int i = 0; i < SPANS; i++) {
                Span span = Spans.begin("session").setAttribute("culvert.session", "s" + i);
                assertThat(span.isRecording()).isTrue();
                span.end();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(20));

            long stop = System.nanoTime();
            tracing.close();
            assertThat(Duration.ofNanos(System.nanoTime() - stop))
                    .isLessThan(Duration.ofSeconds(10));
        }
    }
}
