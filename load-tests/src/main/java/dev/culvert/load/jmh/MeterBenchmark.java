package dev.culvert.load.jmh;

import dev.culvert.front.observe.FrontMeters;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a relay counts of one small query, there and back. */
@State(Scope.Benchmark)
public class MeterBenchmark {
    /** What the query and its answer have. */
    @Param("100")
    public int bytes = 100;

    private final FrontMeters meters =
            new FrontMeters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), new Nobody());

    /** All that is told of a batch that is alone on its way. */
    @Benchmark
    public void batch() {
        meters.onBytesToDatabase(bytes);
        meters.onBatchToDatabase();
        meters.onBatchAnswered();
        meters.onBytesToClient(bytes);
        meters.onBatchTimed(25_000, 250_000);
    }

    /** Hears nothing. */
    private static final class Nobody implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // nobody asks
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // nobody asks
        }
    }
}
