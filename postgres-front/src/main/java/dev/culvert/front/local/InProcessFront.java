package dev.culvert.front.local;

import dev.culvert.front.backend.Backends;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.observe.FrontObserver;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A front that clients of this process connect to, by streams of bytes and without a socket. One
 * thread serves all of them. Thread-safe.
 */
public final class InProcessFront implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(
                    1,
                    new DefaultThreadFactory("postgres-local", true),
                    LocalIoHandler.newFactory());
    private final Map<SocketAddress, LocalWindow> windows = new ConcurrentHashMap<>();
    private final LocalAddress address = new LocalAddress(InProcessFront.class);
    private final PostgresFront front;

    /** Starts one. */
    public InProcessFront(Backends backends, FrontObserver observer) {
        front =
                PostgresFront.listenInProcess(
                                loop,
                                address,
                                FrontSettings.on("127.0.0.1", 0),
                                backends,
                                observer,
                                this::onConnection)
                        .await();
    }

    private void onConnection(Channel channel) {
        LocalWindow window = new LocalWindow();
        channel.pipeline().addLast("window", window);
        SocketAddress client = channel.remoteAddress();
        windows.put(client, window);
        channel.closeFuture().addListener(_ -> windows.remove(client));
    }

    /**
     * Connects a client.
     *
     * @throws IOException when the front is closed
     */
    public InProcessConnection connect() throws IOException {
        InProcessConnection connection = new InProcessConnection();
        Channel channel =
                new Bootstrap()
                        .group(loop)
                        .channel(LocalChannel.class)
                        .handler(connection.receiver())
                        .connect(address)
                        .awaitUninterruptibly()
                        .channel();
        LocalWindow window =
                channel.localAddress() == null ? null : windows.get(channel.localAddress());
        if (window == null) {
            channel.close();
            throw new IOException("the server is closed");
        }
        connection.open(channel, window);
        return connection;
    }

    /** Ends all connections. */
    @Override
    public void close() {
        front.close().await();
        loop.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
