package dev.culvert.relay.web;

import dev.culvert.certs.ServerCertificate;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/** The HTTPS listener: the tunnel endpoint and the page. */
public final class HttpsServer {
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:;"
                    + " style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self' wss:; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private final HttpServer server;

    private HttpsServer(HttpServer server) {
        this.server = server;
    }

    /** Starts listening; fails when the port is taken. */
    public static Future<HttpsServer> listen(
            Vertx vertx,
            HttpsSettings settings,
            ServerCertificate certificate,
            TunnelEndpoint endpoint) {
        int maxFrame = Frame.HEADER_BYTES + Frame.MAX_PAYLOAD;
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost(settings.host())
                        .setPort(settings.port())
                        .setSsl(true)
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                        .setKeyCertOptions(KeyCertOptions.wrap(keyManager(certificate)))
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true)
                        .setWebSocketSubProtocols(List.of(Frame.SUBPROTOCOL))
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setMaxWebSocketFrameSize(maxFrame)
                        .setMaxWebSocketMessageSize(maxFrame);
        return vertx.createHttpServer(options)
                .requestHandler(requests(endpoint, page(vertx, settings)))
                .listen()
                .map(HttpsServer::new);
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Stops listening, and closes what is connected. */
    public Future<Void> close() {
        return server.close();
    }

    /**
     * The endpoint gets its requests as they are: Vert.x Web would hide the WebSocket's channel.
     */
    private static Handler<HttpServerRequest> requests(TunnelEndpoint endpoint, Router page) {
        return request -> {
            if (request.path().equals(TunnelEndpoint.PATH)) {
                endpoint.handle(request);
            } else {
                page.handle(request);
            }
        };
    }

    private static Router page(Vertx vertx, HttpsSettings settings) {
        Router router = Router.router(vertx);
        router.get().handler(HttpsServer::securityHeaders);
        Path webRoot = settings.webRoot();
        if (webRoot == null) {
            router.get("/")
                    .handler(context ->
                            context.response()
                                    .end("A Culvert relay. Agents connect to /tunnel.\n"));
        } else {
            router.get()
                    .handler(
                            StaticHandler.create(
                                    FileSystemAccess.ROOT, webRoot.toAbsolutePath().toString()));
        }
        return router;
    }

    private static void securityHeaders(RoutingContext context) {
        context.response()
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer");
        context.next();
    }

    private static X509KeyManager keyManager(ServerCertificate certificate) {
        try {
            char[] noPassword = {};
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, noPassword);
            store.setKeyEntry(
                    "relay",
                    certificate.key(),
                    noPassword,
                    certificate.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, noPassword);
            return (X509KeyManager) factory.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no key manager for " + certificate, e);
        }
    }
}
