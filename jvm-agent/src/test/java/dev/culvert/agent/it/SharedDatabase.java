package dev.culvert.agent.it;

import dev.culvert.agent.SharingMode;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A relay on free ports and an agent that shares an empty PGlite through it. */
public final class SharedDatabase implements AutoCloseable {
    static final String DOMAIN = "culvert.localhost";

    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f};

    /** Why sessions ended, in order. */
    final BlockingQueue<Refusal> endings = new LinkedBlockingQueue<>();

    private final Vertx vertx = Vertx.vertx();
    private final Relay relay;
    private final Agent agent;
    private final Path caFile;

    private SharedDatabase(
            Agent.Kind kind, FrontSettings front, TunnelSettings settings, SharingMode mode)
            throws IOException {
        Path directory = Files.createTempDirectory("culvert-it");
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        caFile = ca.caFile();
        CertificateSet certificates =
                CertificateSet.of(
                        ca.serverCertificate(
                                new LinkedHashSet<>(List.of("*." + DOMAIN, "localhost"))));
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        DOMAIN,
                                        front,
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        settings),
                                certificates,
                                new SimpleMeterRegistry(),
                                new Recorder())
                        .await();
        agent = kind.start(relay.httpsPort(), caFile, mode);
    }

    /** With the agent in Node. */
    static SharedDatabase start() throws IOException {
        return start(Agent.Kind.NODE);
    }

    static SharedDatabase start(Agent.Kind kind) throws IOException {
        return start(kind, TunnelSettings.DEFAULTS, SharingMode.EXCLUSIVE);
    }

    /** With other settings of the relay, or another mode. */
    static SharedDatabase start(Agent.Kind kind, TunnelSettings settings, SharingMode mode)
            throws IOException {
        return new SharedDatabase(kind, front(), settings, mode);
    }

    /**
     * For clients on {@link #rawSocket}, who wait for each other and send passwords in clear text.
     */
    public static SharedDatabase startForRawClients(Agent.Kind kind) throws IOException {
        return new SharedDatabase(
                kind,
                front().withCleartextPassword(true),
                TunnelSettings.DEFAULTS,
                SharingMode.QUEUE);
    }

    private static FrontSettings front() {
        return FrontSettings.on("127.0.0.1", 0);
    }

    /** The repository's root, wherever Maven runs. */
    public static Path root() {
        return Path.of(System.getProperty("maven.multiModuleProjectDirectory", "..")).normalize();
    }

    static Path nodeProgram() {
        Path program = root().resolve("browser-agent/bin/culvert-agent");
        if (!Files.exists(root().resolve("browser-agent/dist/index.js"))) {
            throw new IllegalStateException("the Node agent is not built: run `make build`");
        }
        return program;
    }

    public Agent.Shared shared() {
        return agent.shared();
    }

    int port() {
        return relay.postgresPort();
    }

    Path caFile() {
        return caFile;
    }

    /** A connection to the database in TLS, for a client that sends its StartupMessage next. */
    public Socket rawSocket() throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port());
        plain.setTcpNoDelay(true);
        plain.getOutputStream().write(SSL_REQUEST);
        if (plain.getInputStream().read() != 'S') {
            throw new IOException("the relay does not speak TLS");
        }
        SSLSocket socket =
                (SSLSocket)
                        trust().getSocketFactory()
                                .createSocket(plain, shared().host(), port(), true);
        socket.startHandshake();
        return socket;
    }

    private SSLContext trust() throws IOException {
        try (InputStream pem = Files.newInputStream(caFile)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** A client that runs real psql. */
    Psql psql() {
        return new Psql(this);
    }

    @Override
    public void close() {
        agent.close();
        relay.stop().await();
        vertx.close().await();
    }

    private final class Recorder implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            endings.add(reason);
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // the client tells
        }
    }
}
