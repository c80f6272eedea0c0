package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.Frame;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.net.URI;

/** Dials a relay with Vert.x's WebSocket client, always on the same event loop. */
public final class VertxDialer implements Dialer, AutoCloseable {
    private static final String PATH = "/tunnel";
    static final int HTTPS_PORT = 443;

    private final ContextInternal context;
    private final WebSocketClient client;
    private final WebSocketConnectOptions target;

    /**
     * A dialler.
     *
     * @param relay {@code wss://host:port} or {@code https://host:port}; {@code /tunnel} is added
     */
    public VertxDialer(Vertx vertx, URI relay, TransportSettings transport) {
        context = ((VertxInternal) vertx).createEventLoopContext();
        WebSocketClientOptions options =
                new WebSocketClientOptions()
                        .setMaxFrameSize(Frame.HEADER_BYTES + Frame.MAX_PAYLOAD)
                        .setConnectTimeout((int) transport.timeout().toMillis());
        transport
                .trusted()
                .ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertValue(pem)));
        transport
                .clientCertificate()
                .ifPresent(shown ->
                        options.setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .addCertValue(shown.chain())
                                        .addKeyValue(shown.key())));
        transport.proxy().ifPresent(proxy -> options.setProxyOptions(proxyOptions(proxy)));
        client = vertx.createWebSocketClient(options);
        target =
                new WebSocketConnectOptions()
                        .setHost(relay.getHost())
                        .setPort(relay.getPort() < 0 ? HTTPS_PORT : relay.getPort())
                        .setSsl(true)
                        .setURI(path(relay))
                        .setTimeout(transport.timeout().toMillis())
                        .addSubProtocol(Frame.SUBPROTOCOL);
    }

    private static ProxyOptions proxyOptions(ProxyAddress proxy) {
        ProxyOptions options =
                new ProxyOptions()
                        .setType(
                                switch (proxy.kind()) {
                                    case HTTP -> ProxyType.HTTP;
                                    case SOCKS5 -> ProxyType.SOCKS5;
                                })
                        .setHost(proxy.host())
                        .setPort(proxy.port());
        proxy.user().ifPresent(options::setUsername);
        proxy.password().ifPresent(options::setPassword);
        return options;
    }

    private static String path(URI relay) {
        String path = relay.getPath() == null ? "" : relay.getPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return base.endsWith(PATH) ? base : base + PATH;
    }

    /** The thread that everything happens on. */
    public EventLoop eventLoop() {
        return context.nettyEventLoop();
    }

    @Override
    public void dial(SocketListener listener) {
        context.runOnContext(_ -> connect(listener));
    }

    private void connect(SocketListener listener) {
        client.connect(new WebSocketConnectOptions(target))
                .onSuccess(webSocket -> open(webSocket, listener))
                .onFailure(listener::onFailed);
    }

    private void open(WebSocket webSocket, SocketListener listener) {
        if (!Frame.SUBPROTOCOL.equals(webSocket.subProtocol())) {
            webSocket.close();
            listener.onFailed(
                    new IllegalStateException("what answered does not speak " + Frame.SUBPROTOCOL));
            return;
        }
        ChannelHandlerContext vertxHandler =
                ((WebSocketInternal) webSocket).channelHandlerContext();
        vertxHandler
                .pipeline()
                .addBefore(vertxHandler.name(), "tunnel", new WebSocketHandler(listener));
    }

    @Override
    public void close() {
        client.close();
    }
}
