package dev.culvert.front.listen;

import dev.culvert.front.backend.Backends;
import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.limit.AttemptLimiter;
import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.login.LoginParts;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.session.SessionParts;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.time.InstantSource;

/**
 * A server that Postgres clients connect to.
 *
 * <p>Runs on the event loops of a Vert.x instance: a client's connection stays on one of them.
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

    private PostgresFront(Channel listener, ChannelGroup clients, ConnectionLimiter limiter) {
        this.listener = listener;
        this.port = ((InetSocketAddress) listener.localAddress()).getPort();
        this.clients = clients;
        this.limiter = limiter;
    }

    /**
     * Starts listening.
     *
     * @return the front, or the reason why it cannot listen ({@link java.net.BindException} when
     *     the port is taken)
     */
    public static Future<PostgresFront> listen(
            Vertx vertx,
            FrontSettings settings,
            TlsContexts tls,
            Backends backends,
            FrontObserver observer) {
        VertxInternal internals = (VertxInternal) vertx;
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
                                        InstantSource.system(),
                                        settings.startTimeout(),
                                        settings.idleStatus())));
        Promise<PostgresFront> promise = Promise.promise();
        ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(internals.acceptorEventLoopGroup(), internals.nettyEventLoopGroup())
                        .channelFactory(internals.transport().serverChannelFactory(false))
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        clients.add(channel);
                                        TcpOptions.set(channel, settings.tcp());
                                        addHandlers(channel.pipeline(), parts);
                                    }
                                });
        bootstrap
                .bind(settings.host(), settings.port())
                .addListener((ChannelFuture bound) -> {
                    if (bound.isSuccess()) {
                        promise.complete(new PostgresFront(bound.channel(), clients, limiter));
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

    /** The port that it listens on. */
    public int port() {
        return port;
    }

    /** Connections at this moment that are within the limits, for meters. */
    public int connections() {
        return limiter.connections();
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
