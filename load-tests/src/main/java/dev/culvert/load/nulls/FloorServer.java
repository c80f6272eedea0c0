package dev.culvert.load.nulls;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * The floor: the null backend, with TLS and nothing else between it and its clients. Any user, no
 * password. Arguments: certificate chain and key (PEM). Prints its port.
 */
public final class FloorServer {
    private static final int SSL_REQUEST_BYTES = 8;

    private FloorServer() {}

    /** Runs until it is killed. */
    public static void main(String[] args) throws Exception {
        SslContext tls =
                SslContextBuilder.forServer(Path.of(args[0]).toFile(), Path.of(args[1]).toFile())
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .build();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        Channel server =
                new ServerBootstrap()
                        .group(group)
                        .channel(EpollServerSocketChannel.class)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline().addLast(new SslRequestHandler(tls));
                                    }
                                })
                        .bind("127.0.0.1", 0)
                        .sync()
                        .channel();
        System.out.println(((InetSocketAddress) server.localAddress()).getPort());
        server.closeFuture().sync();
    }

    /** Answers SSLRequest, and makes way for TLS and the conversation. */
    private static final class SslRequestHandler extends ChannelInboundHandlerAdapter {
        private final SslContext tls;

        SslRequestHandler(SslContext tls) {
            this.tls = tls;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            bytes.skipBytes(SSL_REQUEST_BYTES); // libpq waits for the answer
            bytes.release();
            ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('S'));
            ctx.pipeline()
                    .addLast(tls.newHandler(ctx.alloc()), new ConversationHandler())
                    .remove(this);
        }
    }

    private static final class ConversationHandler extends ChannelInboundHandlerAdapter
            implements NullConversation.Output {
        @SuppressWarnings("NullAway.Init")
        private ChannelHandlerContext context;

        @SuppressWarnings("NullAway.Init")
        private NullConversation conversation;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
            conversation = new NullConversation(ctx.alloc(), this);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            conversation.receive((ByteBuf) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
            pump(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            pump(ctx);
        }

        private void pump(ChannelHandlerContext ctx) {
            while (conversation.hasMore() && ctx.channel().isWritable()) {
                conversation.more();
            }
            ctx.flush();
        }

        @Override
        public void write(ByteBuf bytes, boolean endOfAnswer) {
            context.write(bytes);
        }

        @Override
        @SuppressWarnings("deprecation") // of ChannelHandler, not of this
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
