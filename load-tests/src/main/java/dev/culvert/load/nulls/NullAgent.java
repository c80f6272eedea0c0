package dev.culvert.load.nulls;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.MessageWriter;
import dev.culvert.tunnel.credit.SendCredit;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An agent with null backends: as little as the tunnel's specification permits, and fast. Does not
 * reconnect. Can be frozen: it reads nothing any more then, and its WebSocket stays.
 *
 * <p>All on its event loop, but for what is said to be otherwise.
 */
public final class NullAgent extends SimpleChannelInboundHandler<BinaryWebSocketFrame>
        implements FrameOutput, AutoCloseable {
    /** The only user, without a password: the relay has to permit that. */
    public static final String USER = "guest";

    private static final int WINDOW = 1_024 * 1_024;
    private static final int MAX_HTTP_BYTES = 64 * 1_024;
    private static final int MAX_MESSAGE_BYTES = 128 * 1_024;

    /** A session: what it says, and how much of it may be sent. */
    private final class Stream implements NullConversation.Output {
        private final int id;
        private final NullConversation conversation;
        private final SendCredit credit = new SendCredit(relayWindow);

        Stream(int id, ByteBufAllocator allocator) {
            this.id = id;
            this.conversation = new NullConversation(allocator, this);
        }

        @Override
        public void write(ByteBuf bytes, boolean endOfAnswer) {
            int size = bytes.readableBytes();
            credit.take(size);
            sentBytes.addAndGet(size);
            link.send(new Frame.Data(id, bytes, endOfAnswer));
        }

        /** Says more if it has more to say and room for it. */
        boolean more() {
            if (!conversation.hasMore() || credit.available() < NullConversation.MAX_PART_BYTES) {
                return false;
            }
            conversation.more();
            return true;
        }
    }

    private final String name;
    private final Map<Integer, Stream> streams = new LinkedHashMap<>();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final CompletableFuture<NullAgent> welcomed = new CompletableFuture<>();
    private final ReliableLink link = new ReliableLink(true, this, System::nanoTime, () -> {});
    private int relayWindow;
    private @Nullable ChannelHandlerContext context;

    private NullAgent(String name) {
        super(true);
        this.name = name;
    }

    /**
     * Dials. Any thread.
     *
     * @param tls null for a relay without it
     * @param relay a URL without a path
     * @param name the tunnel's
     * @param source this side's address
     * @return done when the tunnel is open
     */
    public static CompletableFuture<NullAgent> connect(
            EventLoopGroup group, @Nullable SslContext tls, URI relay, String name, String source) {
        NullAgent agent = new NullAgent(name);
        new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(
                        new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel channel) {
                                agent.addTo(channel, tls, relay);
                            }
                        })
                .connect(
                        new InetSocketAddress(relay.getHost(), relay.getPort()),
                        new InetSocketAddress(source, 0))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        agent.welcomed.completeExceptionally(connected.cause());
                    }
                });
        return agent.welcomed;
    }

    private void addTo(Channel channel, @Nullable SslContext tls, URI relay) {
        if (tls != null) {
            channel.pipeline()
                    .addLast(tls.newHandler(channel.alloc(), relay.getHost(), relay.getPort()));
        }
        channel.pipeline()
                .addLast(
                        new HttpClientCodec(),
                        new HttpObjectAggregator(MAX_HTTP_BYTES),
                        new WebSocketClientProtocolHandler(
                                WebSocketClientHandshakerFactory.newHandshaker(
                                        relay.resolve("/tunnel"),
                                        WebSocketVersion.V13,
                                        Frame.SUBPROTOCOL,
                                        false,
                                        new DefaultHttpHeaders(),
                                        MAX_MESSAGE_BYTES)),
                        this);
    }

    /** Bytes of answers that were given to the WebSocket. Any thread. */
    public long sentBytes() {
        return sentBytes.get();
    }

    /** Bytes of batches that came. Any thread. */
    public long receivedBytes() {
        return receivedBytes.get();
    }

    /** From now on nothing is read. Any thread. */
    public void freeze() {
        context().channel().config().setAutoRead(false);
    }

    /** Any thread. */
    @Override
    public void close() {
        context().close();
    }

    // what the WebSocket does

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            context = ctx;
            send(hello());
            ctx.flush();
        }
        ctx.fireUserEventTriggered(event);
    }

    private Frame.Hello hello() {
        return new Frame.Hello(
                "null-agent",
                name,
                null,
                null,
                List.of(new Frame.User(USER, null, null)),
                List.of(),
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                WINDOW,
                true,
                null);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, BinaryWebSocketFrame message) {
        Frame frame = FrameDecoder.decode(message.content(), Role.AGENT);
        if (frame != null) {
            link.onReceived(frame);
            onFrame(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        pump();
        ctx.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pump();
        ctx.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        welcomed.completeExceptionally(new IllegalStateException("the relay closed " + name));
        link.close();
    }

    @Override
    @SuppressWarnings("deprecation") // of ChannelHandler, not of this
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        welcomed.completeExceptionally(cause);
        ctx.close();
    }

    private void onFrame(Frame frame) {
        switch (frame) {
            case Frame.Welcome welcome -> {
                relayWindow = welcome.window();
                welcomed.complete(this);
            }
            case Frame.Open open -> {
                streams.put(open.stream(), new Stream(open.stream(), context().alloc()));
                link.send(new Frame.Accept(open.stream()));
            }
            case Frame.Data data -> onData(data);
            case Frame.Credit credit -> {
                Stream stream = streams.get(credit.stream());
                if (stream != null) {
                    stream.credit.grant(credit.bytes());
                }
            }
            case Frame.Close close -> {
                streams.remove(close.stream());
                link.send(new Frame.Close(close.stream(), null));
            }
            case Frame.Ack(long count) -> link.onAck(count);
            case Frame.Ping(long opaque) -> {
                link.acknowledge();
                link.send(new Frame.Pong(opaque, Set.of()));
            }
            default -> {
                // nothing to do about it
            }
        }
    }

    private void onData(Frame.Data data) {
        int size = data.payload().readableBytes();
        receivedBytes.addAndGet(size);
        Stream stream = streams.get(data.stream());
        if (stream == null) {
            data.payload().release();
            return;
        }
        stream.conversation.receive(data.payload());
        if (size > 0) {
            // consumed at once
            link.send(new Frame.Credit(data.stream(), size));
        }
    }

    private void pump() {
        boolean moved = true;
        while (moved && link.isWritable()) {
            moved = false;
            for (Stream stream : streams.values()) {
                moved |= link.isWritable() && stream.more();
            }
        }
    }

    // what the link does

    @Override
    public void send(Frame frame) {
        ChannelHandlerContext ctx = context();
        MessageWriter.write(
                frame, Role.AGENT, ctx.alloc(), message -> ctx.write(message, ctx.voidPromise()));
    }

    @Override
    public boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        if (present == null) {
            throw new IllegalStateException("not connected");
        }
        return present;
    }
}
