package dev.culvert.agent.dial;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** An event loop as the thread of a tunnel. */
public record EventLoopSurroundings(EventExecutor loop) implements Surroundings {
    @Override
    public Executor executor() {
        return loop;
    }

    @Override
    public long nanoTime() {
        return loop.ticker().nanoTime();
    }

    @Override
    public Runnable schedule(Duration delay, Runnable action) {
        Future<?> timer = loop.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @Override
    public double random() {
        return ThreadLocalRandom.current().nextDouble();
    }
}
