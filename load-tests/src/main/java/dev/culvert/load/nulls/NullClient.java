package dev.culvert.load.nulls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client with direct TLS that asks {@code SELECT 1} at a steady pace, and measures from when each
 * was due: a late answer delays no measurement. All on its event loop.
 */
final class NullClient extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int PROTOCOL_3_0 = 196_608;
    private static final int MAX_MESSAGE_BYTES = 64 * 1_024;

    private static final ByteBuf SELECT_1 =
            Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer()
                            .writeByte('Q')
                            .writeInt(4 + 9)
                            .writeBytes("SELECT 1\0".getBytes(US_ASCII))
                            .asReadOnly());

    private final long periodNanos;
    private final LongConsumer latencies;
    private final Runnable onError;
    private final CompletableFuture<NullClient> ready = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private boolean isAsking;
    private long due;

    private NullClient(long periodNanos, LongConsumer latencies, Runnable onError) {
        this.periodNanos = periodNanos;
        this.latencies = latencies;
        this.onError = onError;
    }

    /**
     * Connects.
     *
     * @param tls with ALPN {@code postgresql}
     * @param host for SNI; the server is on this machine
     * @param source this side's address
     * @param latencies takes nanoseconds, from when a query was due to its answer, on an event loop
     * @param onError called for an ErrorResponse and for a connection that is lost
     * @return done when queries are welcome
     */
    static CompletableFuture<NullClient> connect(
            EventLoopGroup group,
            SslContext tls,
            String host,
            int port,
            String source,
            long periodNanos,
            LongConsumer latencies,
            Runnable onError) {
        NullClient client = new NullClient(periodNanos, latencies, onError);
        new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                channel.pipeline()
                                        .addLast(
                                                tls.newHandler(channel.alloc(), host, port),
                                                new LengthFieldBasedFrameDecoder(
                                                        MAX_MESSAGE_BYTES, 1, 4, -4, 0),
                                                client);
                            }
                        })
                .connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        new InetSocketAddress(source, 0))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        client.ready.completeExceptionally(connected.cause());
                    }
                });
        return client.ready;
    }

    /** Begins to ask, at a random moment of the period. Any thread. */
    void start() {
        ChannelHandlerContext ctx = context();
        long delay = ThreadLocalRandom.current().nextLong(periodNanos);
        ctx.executor()
                .execute(() -> {
                    due = System.nanoTime() + delay;
                    ctx.executor().schedule(this::ask, delay, TimeUnit.NANOSECONDS);
                });
    }

    private void ask() {
        isAsking = true;
        context().writeAndFlush(SELECT_1.retainedDuplicate(), context().voidPromise());
    }

    private void onReady() {
        if (!isAsking) {
            ready.complete(this);
            return;
        }
        isAsking = false;
        long now = System.nanoTime();
        latencies.accept(now - due);
        due += periodNanos;
        context().executor().schedule(this::ask, Math.max(0, due - now), TimeUnit.NANOSECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == SslHandshakeCompletionEvent.SUCCESS) {
            context = ctx;
            byte[] text = ("user\0" + NullAgent.USER + "\0\0").getBytes(US_ASCII);
            ctx.writeAndFlush(
                    ctx.alloc()
                            .buffer()
                            .writeInt(8 + text.length)
                            .writeInt(PROTOCOL_3_0)
                            .writeBytes(text),
                    ctx.voidPromise());
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
        switch (message.getByte(message.readerIndex())) {
            case 'Z' -> onReady();
            case 'E' -> fail(new IllegalStateException(message.toString(US_ASCII)));
            default -> {
                // rows, parameters
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(new IllegalStateException("the connection is closed"));
    }

    @Override
    @SuppressWarnings("deprecation") // of ChannelHandler, not of this
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
        ctx.close();
    }

    private void fail(Throwable cause) {
        if (!ready.completeExceptionally(cause)) {
            onError.run();
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        if (present == null) {
            throw new IllegalStateException("not connected");
        }
        return present;
    }
}
