package dev.culvert.front.local;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection within the process. Local channels take whatever is written;
 * this makes them as bounded as a socket: what is written has left when the client has read it, and
 * the client writes as much as the server has read.
 */
final class LocalWindow extends ChannelDuplexHandler {
    /** Bytes that a client may write which the server has not read. */
    static final int CLIENT_BYTES = 256 * 1_024;

    private record Written(int bytes, ChannelPromise promise) {}

    private final Semaphore room = new Semaphore(CLIENT_BYTES);
    private final Deque<Written> unread = new ArrayDeque<>();
    private long acknowledged;
    private @Nullable ChannelHandlerContext context;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** What the client asks before it writes. Any thread. */
    Semaphore room() {
        return room;
    }

    /** The client has read bytes. Any thread. */
    void read(int bytes) {
        ChannelHandlerContext present = context;
        if (present != null) {
            present.executor().execute(() -> acknowledge(bytes));
        }
    }

    private void acknowledge(int bytes) {
        acknowledged += bytes;
        Written first = unread.peek();
        while (first != null && first.bytes() <= acknowledged) {
            acknowledged -= first.bytes();
            unread.remove();
            first.promise().trySuccess();
            first = unread.peek();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        int bytes = ((ByteBuf) message).readableBytes();
        if (bytes == 0) {
            ctx.write(message, promise);
            return;
        }
        unread.add(new Written(bytes, promise));
        ctx.write(message)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        promise.tryFailure(done.cause());
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        int bytes = ((ByteBuf) message).readableBytes();
        ctx.fireChannelRead(message);
        room.release(bytes);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // nobody waits for room at a server that is gone
        room.release(CLIENT_BYTES);
        ctx.fireChannelInactive();
    }
}
