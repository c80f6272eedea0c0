package dev.culvert.relay.admin;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures how late event loops come to what is due, twice a second each. */
public final class EventLoopLag {
    private static final long INTERVAL_NANOS = 500_000_000L;

    private final Timer timer;
    private final List<Future<?>> probes = new ArrayList<>();

    private EventLoopLag(MeterRegistry registry) {
        timer =
                Timer.builder("culvert.event.loop.lag")
                        .description("How late event loops come to what is due")
                        .serviceLevelObjectives(
                                Duration.ofMillis(1),
                                Duration.ofMillis(5),
                                Duration.ofMillis(25),
                                Duration.ofMillis(100),
                                Duration.ofMillis(500))
                        .register(registry);
    }

    /** Starts measuring, until it is stopped. */
    public static EventLoopLag start(EventLoopGroup loops, MeterRegistry registry) {
        EventLoopLag lag = new EventLoopLag(registry);
        for (EventExecutor loop : loops) {
            lag.probe(loop);
        }
        return lag;
    }

    /** Stops measuring. */
    public void stop() {
        probes.forEach(probe -> probe.cancel(false));
    }

    private void probe(EventExecutor loop) {
        probes.add(
                loop.scheduleWithFixedDelay(
                        new Probe(loop), INTERVAL_NANOS, INTERVAL_NANOS, TimeUnit.NANOSECONDS));
    }

    /** Due an interval after it last ran. */
    private final class Probe implements Runnable {
        private final EventExecutor loop;
        private long last;

        Probe(EventExecutor loop) {
            this.loop = loop;
            this.last = loop.ticker().nanoTime();
        }

        @Override
        public void run() {
            long now = loop.ticker().nanoTime();
            timer.record(Math.max(0, now - last - INTERVAL_NANOS), TimeUnit.NANOSECONDS);
            last = now;
        }
    }
}
