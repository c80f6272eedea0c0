package dev.culvert.agent.upstream;

import dev.culvert.wire.scram.ChannelBinding;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Opens connections to one Postgres server, with TLS as its address says. Thread-safe. */
final class UpstreamConnector {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int SSL_REQUEST = 80877103;

    private final VertxInternal vertx;
    private final UpstreamAddress address;
    private final NetClient client;

    UpstreamConnector(Vertx vertx, UpstreamAddress address) {
        this.vertx = (VertxInternal) vertx;
        this.address = address;
        client =
                vertx.createNetClient(
                        new NetClientOptions()
                                .setConnectTimeout((int) TIMEOUT.toMillis())
                                .setSslHandshakeTimeout(TIMEOUT.toMillis())
                                .setTcpNoDelay(true)
                                .setTcpKeepAlive(true));
    }

    UpstreamAddress address() {
        return address;
    }

    /**
     * Connects, and puts a handler into the connection's pipeline.
     *
     * @param thread whose connection it is to be
     * @param handler made from what protects the connection; its {@code handlerAdded} is the first
     *     that it hears
     * @return fails when there is no connection as the address wants it
     */
    Future<Void> connect(
            EventLoop thread, BiFunction<EventLoop, Protection, ChannelHandler> handler) {
        ContextInternal context = vertx.contextBuilder().withEventLoop(thread).build();
        Promise<Void> done = context.promise();
        context.runOnContext(_ ->
                client.connect(target())
                        .compose(socket -> secured(context, socket))
                        .map(socket -> {
                            ChannelHandlerContext vertxHandler =
                                    ((NetSocketInternal) socket).channelHandlerContext();
                            vertxHandler
                                    .pipeline()
                                    .addBefore(
                                            vertxHandler.name(),
                                            "upstream",
                                            handler.apply(thread, protection(socket)));
                            return (Void) null;
                        })
                        .onComplete(done));
        return done.future();
    }

    void close() {
        client.close();
    }

    private Protection protection(NetSocket socket) {
        return new Protection(
                socket.isSsl() || address.isLoopback(),
                socket.isSsl() ? binding(socket) : ChannelBinding.none());
    }

    private static ChannelBinding binding(NetSocket socket) {
        try {
            return socket.peerCertificates().getFirst() instanceof X509Certificate shown
                    ? ChannelBinding.tlsServerEndPoint(shown)
                    : ChannelBinding.none();
        } catch (SSLPeerUnverifiedException e) {
            return ChannelBinding.none();
        }
    }

    private SocketAddress target() {
        return address.socket()
                .map(file -> SocketAddress.domainSocketAddress(file.toString()))
                .orElseGet(() -> SocketAddress.inetSocketAddress(address.port(), address.host()));
    }

    /** Computes something that takes its time, away from the event loop, and comes back to it. */
    <T> Future<T> compute(EventLoop thread, Callable<T> action) {
        return vertx.contextBuilder().withEventLoop(thread).build().executeBlocking(action, false);
    }

    private Future<NetSocket> secured(ContextInternal context, NetSocket socket) {
        if (address.sslMode() == SslMode.DISABLE || address.socket().isPresent()) {
            return Future.succeededFuture(socket);
        }
        Promise<NetSocket> done = context.promise();
        socket.closeHandler(_ -> done.tryFail("the server closed the connection"));
        socket.handler(answer -> {
            // bytes behind the answer would not be TLS' but somebody's in between
            String text = answer.length() == 1 ? answer.toString() : "";
            socket.pause();
            if (text.equals("S")) {
                socket.upgradeToSsl(sslOptions(), address.host()).map(_ -> socket).onComplete(done);
            } else if (!text.equals("N")) {
                done.tryFail("the server does not answer as Postgres does");
            } else if (address.sslMode() == SslMode.PREFER) {
                done.tryComplete(socket);
            } else {
                done.tryFail("the server has no TLS, and sslmode wants it");
            }
        });
        socket.write(Buffer.buffer().appendInt(2 * Integer.BYTES).appendInt(SSL_REQUEST));
        long timer =
                vertx.setTimer(
                        TIMEOUT.toMillis(),
                        _ -> done.tryFail("no TLS within " + TIMEOUT.toSeconds() + " seconds"));
        return done.future()
                .onComplete(result -> {
                    vertx.cancelTimer(timer);
                    if (result.failed()) {
                        socket.close();
                    } else {
                        socket.handler(null).resume();
                    }
                });
    }

    private ClientSSLOptions sslOptions() {
        ClientSSLOptions options =
                new ClientSSLOptions()
                        .setHostnameVerificationAlgorithm(
                                address.sslMode() == SslMode.VERIFY_FULL ? "HTTPS" : "");
        if (!address.verifies()) {
            return options.setTrustAll(true);
        }
        address.rootCertificate()
                .ifPresent(file ->
                        options.setTrustOptions(
                                new PemTrustOptions().addCertPath(file.toString())));
        return options;
    }
}
