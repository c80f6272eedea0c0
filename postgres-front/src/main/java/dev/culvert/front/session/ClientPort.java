package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The client's connection as its session sees it. All on the connection's thread. */
interface ClientPort {
    /** Where buffers come from. */
    ByteBufAllocator allocator();

    /** The connection's thread. */
    Executor executor();

    /** Runs an action later; returns how to call it off. */
    Runnable schedule(Duration delay, Runnable action);

    /** The connection's clock, in nanoseconds. */
    long nanoTime();

    /**
     * Sends bytes, taken over.
     *
     * @param written runs when the socket has them
     */
    void write(ByteBuf bytes, Runnable written);

    /** Stops or starts reading, since the backend does not, or does again, keep up. */
    void reading(boolean on);

    /** Sends a last message, if any, and closes the connection. */
    void farewell(@Nullable ErrorResponse error);
}
