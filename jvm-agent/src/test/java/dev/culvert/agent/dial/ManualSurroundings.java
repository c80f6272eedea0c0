package dev.culvert.agent.dial;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A clock that a test moves, and dice that always show the same. */
final class ManualSurroundings implements Surroundings {
    private record Timer(long at, Runnable action) {}

    private final List<Timer> timers = new ArrayList<>();
    private long now;

    /** What the dice show. */
    double dice = 1;

    /** Lets time pass, and runs what is due, in order. */
    void pass(Duration time) {
        long end = now + time.toNanos();
        for (Timer next = next(end); next != null; next = next(end)) {
            timers.remove(next);
            now = Math.max(now, next.at());
            next.action().run();
        }
        now = end;
    }

    /** The computer sleeps: time passes, and no timer goes off before it is over. */
    void sleep(Duration time) {
        now += time.toNanos();
    }

    private @Nullable Timer next(long end) {
        return timers.stream()
                .filter(timer -> timer.at() <= end)
                .min(Comparator.comparingLong(Timer::at))
                .orElse(null);
    }

    /** Timers that wait. */
    int timers() {
        return timers.size();
    }

    @Override
    public Executor executor() {
        return Runnable::run;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Runnable schedule(Duration delay, Runnable action) {
        Timer timer = new Timer(now + delay.toNanos(), action);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public double random() {
        return dice;
    }
}
