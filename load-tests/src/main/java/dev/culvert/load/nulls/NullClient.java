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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client with direct TLS that asks {@code SELECT 1} when it is told to, and measures from then: a
 * late answer delays no measurement, since what is due meanwhile waits, and its time runs. All on
 * its event loop, but for what is said to be otherwise.
 */
final class NullClient extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int PROTOCOL_3_0 = 196_608;

    /** Of a message: type and length. */
    private static final int HEAD_BYTES = 5;

    private static final ByteBuf SELECT_1 =
            Unpooled.unreleasableBuffer(
                    Unpooled.directBuffer()
                            .writeByte('Q')
                            .writeInt(4 + 9)
                            .writeBytes("SELECT 1\0".getBytes(US_ASCII))
                            .asReadOnly());

    private final LongConsumer latencies;
    private final Runnable onError;
    private final CompletableFuture<NullClient> ready = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;

    /** When those were due that have no answer yet; all but the first are still to be asked. */
    private final ArrayDeque<Long> due = new ArrayDeque<>(1);

    /** Of the message that is coming: its type and length as far as they are there. */
    private long head;

    private int headBytes;
    private int bodyBytes;

    private NullClient(LongConsumer latencies, Runnable onError) {
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
            LongConsumer latencies,
            Runnable onError) {
        NullClient client = new NullClient(latencies, onError);
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

    /** Where it has to be told. Any thread. */
    EventExecutor executor() {
        return context().executor();
    }

    /** A query is due, at this time of {@link System#nanoTime}. */
    void ask(long now) {
        due.add(now);
        if (due.size() == 1) {
            ask();
        }
    }

    private void ask() {
        context().writeAndFlush(SELECT_1.retainedDuplicate(), context().voidPromise());
    }

    private void onReady() {
        Long asked = due.poll();
        if (asked == null) {
            ready.complete(this);
            return;
        }
        latencies.accept(System.nanoTime() - asked);
        if (!due.isEmpty()) {
            ask();
        }
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
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
        while (bytes.isReadable()) {
            if (headBytes < HEAD_BYTES) {
                onHeadByte(bytes);
            } else {
                int size = Math.min(bodyBytes, bytes.readableBytes());
                bytes.skipBytes(size);
                bodyBytes -= size;
            }
            if (headBytes == HEAD_BYTES && bodyBytes == 0) {
                headBytes = 0;
                if (head >>> Integer.SIZE == 'Z') {
                    onReady();
                }
            }
        }
    }

    private void onHeadByte(ByteBuf bytes) {
        head = headBytes == 0 ? bytes.readByte() : head << Byte.SIZE | bytes.readUnsignedByte();
        if (++headBytes == HEAD_BYTES) {
            bodyBytes = (int) head - Integer.BYTES;
            if (head >>> Integer.SIZE == 'E') {
                fail(new IllegalStateException(bytes.toString(US_ASCII)));
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
