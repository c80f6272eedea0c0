package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a client's pipeline: turns its events into calls of the {@link Session}. */
public final class SessionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);

    private final LoggedIn client;
    private final SessionParts parts;
    private @Nullable Session session;

    /** A handler that opens the client's session when it is added to the pipeline. */
    public SessionHandler(LoggedIn client, SessionParts parts) {
        this.client = client;
        this.parts = parts;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        session = new Session(client, parts, new NettyPort(ctx));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        session().onClientBytes((ByteBuf) message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        session().onClientLost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.atDebug().addKeyValue("session", client.info().id()).log("connection broke");
        } else {
            LOG.atError()
                    .addKeyValue("session", client.info().id())
                    .setCause(cause)
                    .log("session failed");
        }
        session().onClientLost();
        ctx.close();
    }

    private Session session() {
        Session present = session;
        if (present == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return present;
    }

    /** The channel, for the session. */
    private static final class NettyPort implements ClientPort {
        private final ChannelHandlerContext ctx;

        /** One object for all the times. */
        private final Runnable flush = this::flush;

        /** Whether {@link #flush} is going to run. */
        private boolean flushAsked;

        NettyPort(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        public ByteBufAllocator allocator() {
            return ctx.alloc();
        }

        @Override
        public Executor executor() {
            return ctx.executor();
        }

        @Override
        public Runnable schedule(Duration delay, Runnable action) {
            Future<?> future =
                    ctx.executor().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }

        @Override
        public long nanoTime() {
            return ctx.executor().ticker().nanoTime();
        }

        @Override
        public void write(ByteBuf bytes, Runnable written) {
            ctx.write(bytes)
                    .addListener(done -> {
                        if (done.isSuccess()) {
                            written.run();
                        }
                    });
            if (!flushAsked) {
                flushAsked = true;
                ctx.executor().execute(flush);
            }
        }

        /**
         * All that was written since the event loop's last turn goes in as few system calls as it
         * takes.
         */
        private void flush() {
            flushAsked = false;
            ctx.flush();
        }

        @Override
        public void reading(boolean on) {
            ctx.channel().config().setAutoRead(on);
        }

        @Override
        public void farewell(@Nullable ErrorResponse error) {
            Farewell.say(ctx.channel(), error);
        }
    }
}
