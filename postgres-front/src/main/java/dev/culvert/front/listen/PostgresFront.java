package dev.culvert.front.listen;

import dev.culvert.front.backend.Backends;
import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.limit.AttemptLimiter;
import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.login.LoginParts;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.front.session.SessionParts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server that Postgres clients connect to: on a TCP port, on a Unix socket, or within the
 * process.
 *
 * <p>Runs on the event loops of a Vert.x instance, or on its own within the process: a client's
 * connection is on one of them, and from its session's beginning on the one of its backend.
 */
public final class PostgresFront {
    private static final int BACKLOG = 1_024;

    /** Written bytes per client that wait in this process before the backend is told to wait. */
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(32 * 1_024, 64 * 1_024);

    private final Channel listener;
    private final int port;
    private final ChannelGroup clients;
    private final ConnectionLimiter limiter;

    private PostgresFront(
            Channel listener, int port, ChannelGroup clients, ConnectionLimiter limiter) {
        this.listener = listener;
        this.port = listener.localAddress() instanceof InetSocketAddress a ? a.getPort() : port;
        this.clients = clients;
        this.limiter = limiter;
    }

    /**
     * Starts listening.
     *
     * @param tls null for none: clients that ask for it are told so, and may go on without
     * @return the front, or the reason why it cannot listen ({@link java.net.BindException} when
     *     the port or socket is taken)
     */
    public static Future<PostgresFront> listen(
            Vertx vertx,
            FrontSettings settings,
            @Nullable TlsContexts tls,
            Backends backends,
            FrontObserver observer) {
        return listen(vertx, settings, tls, backends, observer, new LiveSessions());
    }

    /** The same, and its sessions are among those. */
    public static Future<PostgresFront> listen(
            Vertx vertx,
            FrontSettings settings,
            @Nullable TlsContexts tls,
            Backends backends,
            FrontObserver observer,
            LiveSessions live) {
        VertxInternal internals = (VertxInternal) vertx;
        if (settings.tlsRequired() && tls == null) {
            throw new IllegalArgumentException("TLS is required, and there is none");
        }
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(internals.acceptorEventLoopGroup(), internals.nettyEventLoopGroup());
        if (UnixSocket.isMeantBy(settings)) {
            Path file = UnixSocket.file(settings);
            try {
                UnixSocket.makeRoom(file);
            } catch (IOException e) {
                return Future.failedFuture(e);
            }
            bootstrap.channelFactory(internals.transport().serverChannelFactory(true));
            java.net.SocketAddress address =
                    internals
                            .transport()
                            .convert(SocketAddress.domainSocketAddress(file.toString()));
            return bind(bootstrap, address, settings, tls, backends, observer, live, _ -> {})
                    .map(front -> {
                        UnixSocket.restrict(file);
                        front.listener.closeFuture().addListener(_ -> UnixSocket.remove(file));
                        return front;
                    });
        }
        bootstrap
                .channelFactory(internals.transport().serverChannelFactory(false))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true);
        return bind(
                bootstrap,
                new InetSocketAddress(settings.host(), settings.port()),
                settings,
                tls,
                backends,
                observer,
                live,
                _ -> {});
    }

    /**
     * Starts listening within the process, to those who connect a {@link
     * io.netty.channel.local.LocalChannel} of the same loops. There is no TLS.
     *
     * @param loops event loops for local channels; stay the caller's
     * @param settings of which host and port mean nothing
     * @param onConnection may add handlers to the pipeline of a new connection, before all others
     */
    public static Future<PostgresFront> listenInProcess(
            EventLoopGroup loops,
            LocalAddress address,
            FrontSettings settings,
            Backends backends,
            FrontObserver observer,
            Consumer<Channel> onConnection) {
        ServerBootstrap bootstrap =
                new ServerBootstrap().group(loops).channel(LocalServerChannel.class);
        return bind(
                bootstrap,
                address,
                settings.withTlsRequired(false),
                null,
                backends,
                observer,
                new LiveSessions(),
                onConnection);
    }

    private static Future<PostgresFront> bind(
            ServerBootstrap bootstrap,
            java.net.SocketAddress address,
            FrontSettings settings,
            @Nullable TlsContexts tls,
            Backends backends,
            FrontObserver observer,
            LiveSessions live,
            Consumer<Channel> onConnection) {
        ConnectionLimiter limiter = new ConnectionLimiter(settings.connections(), System::nanoTime);
        ConnectionParts parts =
                new ConnectionParts(
                        settings,
                        tls,
                        LoginParts.create(
                                backends,
                                new AttemptLimiter(settings.attempts(), System::nanoTime),
                                limiter,
                                settings.cleartextPassword(),
                                new SessionParts(
                                        observer,
                                        new CancelKeys(),
                                        live,
                                        InstantSource.system(),
                                        settings.startTimeout(),
                                        settings.idleStatus())));
        Promise<PostgresFront> promise = Promise.promise();
        ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        bootstrap
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                clients.add(channel);
                                TcpOptions.set(channel, settings.tcp());
                                onConnection.accept(channel);
                                addHandlers(channel.pipeline(), parts);
                            }
                        })
                .bind(address)
                .addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        promise.complete(
                                new PostgresFront(
                                        bound.channel(), settings.port(), clients, limiter));
                    } else {
                        promise.fail(bound.cause());
                    }
                });
        return promise.future();
    }

    private static void addHandlers(ChannelPipeline pipeline, ConnectionParts parts) {
        ProxyProtocol proxyProtocol = parts.settings().proxyProtocol();
        if (proxyProtocol.mode() != ProxyProtocol.Mode.OFF) {
            pipeline.addLast(
                    HandlerNames.PROXY,
                    new ProxyHeaderHandler(proxyProtocol, parts.login().session().observer()));
        }
        pipeline.addLast(HandlerNames.FIRST_PACKET, new FirstPacketHandler(parts));
    }

    /** The port that it listens on, or that is in the name of its Unix socket. */
    public int port() {
        return port;
    }

    /** Connections at this moment that are within the limits, for meters. */
    public int connections() {
        return limiter.connections();
    }

    /** Takes other limits, for connections that come from now on. Any thread. */
    public void replaceLimits(ConnectionLimits limits) {
        limiter.replace(limits);
    }

    /** Stops accepting clients; those that are here stay. */
    public Future<Void> stopAccepting() {
        Promise<Void> promise = Promise.promise();
        listener.close().addListener(_ -> promise.complete());
        return promise.future();
    }

    /**
     * When clients are accepted no more: completes when the connection of the last one is closed.
     */
    public Future<Void> whenClientsAreGone() {
        Promise<Void> promise = Promise.promise();
        clients.newCloseFuture().addListener(_ -> promise.complete());
        return promise.future();
    }

    /** Stops accepting clients, and closes the connections of those that are left. */
    public Future<Void> close() {
        return stopAccepting()
                .compose(_ -> {
                    Promise<Void> promise = Promise.promise();
                    clients.close().addListener(_ -> promise.complete());
                    return promise.future();
                });
    }
}
