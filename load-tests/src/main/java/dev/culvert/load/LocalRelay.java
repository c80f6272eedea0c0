package dev.culvert.load;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A relay in this process, on free ports, that permits users without a password. */
final class LocalRelay implements AutoCloseable {
    static final String DOMAIN = "relay.test";

    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};
    private static final int PROTOCOL_3_0 = 196_608;

    private final Vertx vertx = Vertx.vertx();
    private final Path caFile;
    private final SSLContext tls;
    private final Relay relay;

    LocalRelay() throws IOException, GeneralSecurityException {
        Path directory = Files.createTempDirectory("culvert-load");
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        caFile = ca.caFile();
        tls = trusting(caFile);
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        DOMAIN,
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS.withAllowNoPassword(true)),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*." + DOMAIN, "localhost")))),
                                new SimpleMeterRegistry(),
                                new Silent())
                        .await();
    }

    Path caFile() {
        return caFile;
    }

    int httpsPort() {
        return relay.httpsPort();
    }

    int postgresPort() {
        return relay.postgresPort();
    }

    /** A null agent that dials through this port. */
    NullAgent agent(String name, int port) throws Exception {
        return NullAgent.connect(URI.create("wss://localhost:" + port + "/tunnel"), name, tls);
    }

    /** A client; closing it takes the connection from under its TLS, which may be stuck. */
    record Client(OutputStream out, Socket connection) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** A client's connection with a session open; its socket's receive buffer is small. */
    Client client(String tunnel) throws IOException {
        Socket plain = new Socket();
        plain.setReceiveBufferSize(64 * 1_024);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), postgresPort()));
        plain.getOutputStream().write(SSL_REQUEST);
        if (plain.getInputStream().read() != 'S') {
            throw new IOException("the relay does not speak TLS");
        }
        String host = tunnel + "." + DOMAIN;
        SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(plain, host, postgresPort(), true);
        socket.startHandshake();
        byte[] text = ("user\0" + NullAgent.USER + "\0\0").getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream()
                .write(
                        ByteBuffer.allocate(8 + text.length)
                                .putInt(8 + text.length)
                                .putInt(PROTOCOL_3_0)
                                .put(text)
                                .array());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        for (int type = in.read(); type != 'Z'; type = in.read()) {
            if (type < 0 || type == 'E') {
                throw new IOException("no session");
            }
            in.skipNBytes(in.readInt() - 4L);
        }
        in.skipNBytes(5);
        return new Client(socket.getOutputStream(), plain);
    }

    @Override
    public void close() {
        relay.stop().await();
        vertx.close().await();
    }

    private static SSLContext trusting(Path caFile) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(caFile)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Hears nothing. */
    private static final class Silent implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, Refusal reason) {}

        @Override
        public void onRefused(SocketAddress client, Refusal refusal) {}
    }
}
