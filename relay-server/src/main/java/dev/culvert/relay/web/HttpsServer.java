package dev.culvert.relay.web;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.listen.TlsSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** The HTTPS listener: the tunnel endpoint, the page, and whether the relay is ready. */
public final class HttpsServer {
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:;"
                    + " style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self' wss:; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    /** Whether agents and clients should be sent here. */
    private static final String READY_PATH = "/readyz";

    /** A key store needs a password; this one never leaves the process. */
    private static final String IN_MEMORY = "in-memory";

    private final HttpServer server;
    private final ServerSSLOptions sslOptions;

    private HttpsServer(HttpServer server, ServerSSLOptions sslOptions) {
        this.server = server;
        this.sslOptions = sslOptions;
    }

    /**
     * Starts listening; fails when the port is taken.
     *
     * @param tls whose TLS is used; client certificates are for Postgres clients only
     * @param ready what {@value #READY_PATH} answers: 200, or 503
     */
    public static Future<HttpsServer> listen(
            Vertx vertx,
            HttpsSettings settings,
            CertificateSet certificates,
            TlsSettings tls,
            TunnelEndpoint endpoint,
            BooleanSupplier ready) {
        int maxFrame = Frame.HEADER_BYTES + Frame.MAX_PAYLOAD;
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost(settings.host())
                        .setPort(settings.port())
                        .setSsl(true)
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
                        .setSni(true)
                        .setSslEngineOptions(engine(tls))
                        .setKeyCertOptions(keys(certificates))
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true)
                        .setWebSocketSubProtocols(List.of(Frame.SUBPROTOCOL))
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setMaxWebSocketFrameSize(maxFrame)
                        .setMaxWebSocketMessageSize(maxFrame);
        TlsContexts.cipherSuites().forEach(options::addEnabledCipherSuite);
        return vertx.createHttpServer(options)
                .requestHandler(requests(endpoint, page(vertx, settings, ready)))
                .listen()
                .map(server -> new HttpsServer(server, options.getSslOptions()));
    }

    /** Takes other certificates into use, for connections that come after. */
    public Future<Boolean> replaceCertificates(CertificateSet certificates) {
        return server.updateSSLOptions(
                new ServerSSLOptions(sslOptions).setKeyCertOptions(keys(certificates)), true);
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

    private static Router page(Vertx vertx, HttpsSettings settings, BooleanSupplier ready) {
        Router router = Router.router(vertx);
        router.get().handler(HttpsServer::securityHeaders);
        router.get(READY_PATH)
                .handler(context -> {
                    boolean isReady = ready.getAsBoolean();
                    context.response()
                            .setStatusCode(isReady ? 200 : 503)
                            .putHeader("Cache-Control", "no-store")
                            .end(isReady ? "ready\n" : "draining\n");
                });
        Path webRoot = settings.webRoot();
        if (webRoot == null) {
            router.get("/")
                    .handler(context ->
                            context.response()
                                    .end("A Culvert relay. Agents connect to /tunnel.\n"));
        } else {
            router.get().handler(new CompressedFiles(webRoot));
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

    /** OpenSSL's takes half the processor time and a fraction of the memory of the JDK's. */
    private static SSLEngineOptions engine(TlsSettings tls) {
        return tls.engine() == TlsSettings.Engine.BEST && OpenSSLEngineOptions.isAvailable()
                ? new OpenSSLEngineOptions()
                : new JdkSSLEngineOptions();
    }

    /** All certificates as one key store in memory, from which Vert.x chooses by SNI. */
    private static KeyCertOptions keys(CertificateSet certificates) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (ServerCertificate certificate : certificates.certificates()) {
                store.setKeyEntry(
                        "relay-" + number++,
                        certificate.key(),
                        IN_MEMORY.toCharArray(),
                        certificate.chain().toArray(Certificate[]::new));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, IN_MEMORY.toCharArray());
            return new PfxOptions()
                    .setPassword(IN_MEMORY)
                    .setValue(Buffer.buffer(bytes.toByteArray()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no key store of " + certificates, e);
        }
    }
}
