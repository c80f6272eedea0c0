package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A connection without one, whose clock a test turns. */
final class ManualPort implements ClientPort {
    private record Timer(long at, Runnable action) {}

    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at));
    private long now;

    /** Lets time pass, and what is due happen on the way. */
    void pass(Duration duration) {
        long until = now + duration.toNanos();
        while (!timers.isEmpty() && timers.peek().at() <= until) {
            Timer due = timers.remove();
            now = due.at();
            due.action().run();
        }
        now = until;
    }

    @Override
    public Runnable schedule(Duration delay, Runnable action) {
        Timer timer = new Timer(now + delay.toNanos(), action);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public Executor executor() {
        return Runnable::run;
    }

    @Override
    public void write(ByteBuf bytes, Runnable written) {
        throw new UnsupportedOperationException("clocks do not write");
    }

    @Override
    public void reading(boolean on) {
        throw new UnsupportedOperationException("clocks do not read");
    }

    @Override
    public void farewell(@Nullable ErrorResponse error) {
        throw new UnsupportedOperationException("clocks do not say goodbye");
    }
}
