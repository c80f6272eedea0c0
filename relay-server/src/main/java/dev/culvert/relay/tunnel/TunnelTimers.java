package dev.culvert.relay.tunnel;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A tunnel's timers: one of each kind at most. Belongs to the tunnel's thread. */
final class TunnelTimers {
    enum Kind {
        /** The tunnel has lived as long as it may. */
        LIFETIME,
        /** Clients are to hear that the lifetime ends soon. */
        LIFETIME_NOTICE,
        /** The agent did not come back. */
        GRACE,
        /** The agent, and idle sessions, had their time to move. */
        DRAIN
    }

    private final EventExecutor thread;
    private final Map<Kind, Future<?>> running = new EnumMap<>(Kind.class);

    TunnelTimers(EventExecutor thread) {
        this.thread = thread;
    }

    /** Starts a timer, anew if it runs. */
    void start(Kind kind, Duration delay, Runnable action) {
        callOff(running.put(kind, thread.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS)));
    }

    void stop(Kind kind) {
        callOff(running.remove(kind));
    }

    void stopAll() {
        running.values().forEach(TunnelTimers::callOff);
        running.clear();
    }

    private static void callOff(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
