package dev.culvert.front.login;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time that a client has for the step it is in. One at a time; on the connection's thread. */
public final class Deadline {
    private @Nullable Future<?> timer;

    /** Calls the present deadline off, and sets one for the next step. */
    public void set(ChannelHandlerContext ctx, Duration delay, Runnable onPassed) {
        clear();
        timer = ctx.executor().schedule(onPassed, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Calls the present deadline off. */
    public void clear() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
