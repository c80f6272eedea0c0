package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Holds one timer, and what was written. */
final class FakePort implements ClientPort {
    final List<String> written = new ArrayList<>();
    @Nullable Duration delay;
    @Nullable Runnable next;

    void pass() {
        Runnable due = next;
        if (due == null) {
            throw new AssertionError("no timer");
        }
        next = null;
        due.run();
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
    public Runnable schedule(Duration after, Runnable action) {
        delay = after;
        next = action;
        return () -> next = null;
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public void write(ByteBuf bytes, Runnable onWritten) {
        written.add(bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.release();
        onWritten.run();
    }

    @Override
    public void reading(boolean on) {
        // not looked at
    }

    @Override
    public void farewell(@Nullable ErrorResponse error) {
        // not looked at
    }
}
