package dev.culvert.agent.upstream;

import dev.culvert.wire.startup.CancelRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Cancels statements, each over a connection of its own, as Postgres wants it. */
final class UpstreamCancel {
    /** A server that does not close the connection by then may or may not have cancelled. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final UpstreamConnector connector;

    UpstreamCancel(UpstreamConnector connector) {
        this.connector = connector;
    }

    /**
     * Cancels what a session runs.
     *
     * @param done called once, on the thread, when the server has acted, or was not reached
     */
    void cancel(EventLoop thread, CancelRequest request, Runnable done) {
        connector.connect(thread, (_, _) -> new Sender(request, done)).onFailure(_ -> done.run());
    }

    /** Sends the request, and waits until the server closes the connection. */
    private static final class Sender extends ChannelInboundHandlerAdapter {
        private final CancelRequest request;
        private final Runnable done;

        Sender(CancelRequest request, Runnable done) {
            this.request = request;
            this.done = done;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ByteBuf message = ctx.alloc().buffer();
            request.writeTo(message);
            ctx.writeAndFlush(message);
            Future<?> timer =
                    ctx.executor()
                            .schedule(() -> ctx.close(), TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            ctx.channel()
                    .closeFuture()
                    .addListener(_ -> {
                        timer.cancel(false);
                        done.run();
                    });
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
