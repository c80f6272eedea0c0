package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.certs.ClientCertificate;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemText;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code culvert share} as a process where the way to the relay is no straight one: a proxy that
 * wants a password, and in front of the relay a server that wants a certificate.
 */
@Timeout(120)
class DiallingIT {
    private static final Vertx VERTX = Vertx.vertx();

    /** Whom the server in front of the relay has let in. */
    private static final List<String> ADMITTED = new CopyOnWriteArrayList<>();

    /** What the proxy was asked for. */
    private static final List<String> ASKED = new CopyOnWriteArrayList<>();

    @TempDir private static Path directory;
    private static TestRelay relay;
    private static NetServer front;
    private static NetServer proxy;
    private static String[] certificate = {};

    @BeforeAll
    static void start() throws Exception {
        relay = TestRelay.start(directory);
        DevelopmentCa ca = DevelopmentCa.openOrCreate(directory, Clock.systemUTC());
        ClientCertificate made = ca.clientCertificate("laptop");
        certificate =
                new String[] {
                    "--client-cert",
                    Files.writeString(
                                    directory.resolve("laptop.crt"),
                                    PemText.certificates(made.chain()))
                            .toString(),
                    "--client-key",
                    Files.writeString(
                                    directory.resolve("laptop.key"), PemText.privateKey(made.key()))
                            .toString()
                };
        front = front(ca);
        proxy = proxy();
    }

    @BeforeEach
    void forget() {
        ADMITTED.clear();
        ASKED.clear();
    }

    @AfterAll
    static void stop() {
        VERTX.close().await();
        relay.close();
    }

    private static NetServer front(DevelopmentCa ca) {
        NetClientOptions toRelay =
                new NetClientOptions()
                        .setSsl(true)
                        .setTrustAll(true)
                        .setHostnameVerificationAlgorithm("");
        // held by the handler: Vert.x closes a client, and its connections, that nobody holds
        NetClient onward = VERTX.createNetClient(toRelay);
        return VERTX.createNetServer(
                        new NetServerOptions()
                                .setSsl(true)
                                .setKeyCertOptions(
                                        new PemKeyCertOptions()
                                                .setCertPath(ca.serverCertificateFile().toString())
                                                .setKeyPath(ca.serverKeyFile().toString()))
                                .setTrustOptions(
                                        new PemTrustOptions().addCertPath(ca.caFile().toString()))
                                .setClientAuth(ClientAuth.REQUIRED))
                .connectHandler(near -> {
                    near.pause();
                    ADMITTED.add(subject(near));
                    onward.connect(relay.httpsPort(), "localhost")
                            .onSuccess(far -> join(near, far))
                            .onFailure(_ -> near.close());
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    private static String subject(NetSocket socket) {
        try {
            return ((java.security.cert.X509Certificate)
                            socket.sslSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            return "nobody";
        }
    }

    private static NetServer proxy() {
        // held by the handler: Vert.x closes a client, and its connections, that nobody holds
        NetClient onward = VERTX.createNetClient();
        return VERTX.createNetServer()
                .connectHandler(near ->
                        near.handler(request -> {
                            near.pause();
                            String text = request.toString();
                            ASKED.add(text);
                            int port =
                                    Integer.parseInt(
                                            text.substring(
                                                    text.indexOf(':') + 1, text.indexOf(" HTTP")));
                            onward.connect(port, "127.0.0.1")
                                    .onSuccess(far -> {
                                        near.write("HTTP/1.1 200 OK\r\n\r\n");
                                        join(near, far);
                                    })
                                    .onFailure(_ -> near.close());
                        }))
                .listen(0, "127.0.0.1")
                .await();
    }

    private static void join(NetSocket near, NetSocket far) {
        near.pipeTo(far);
        far.pipeTo(near);
        near.resume();
    }

    private static String url() {
        return "wss://localhost:" + front.actualPort();
    }

    private static Map<String, String> throughProxy() {
        return Map.of("HTTPS_PROXY", "http://me:se%40cret@127.0.0.1:" + proxy.actualPort());
    }

    @Test
    void through_the_proxy_of_the_environment_to_a_server_that_asks_for_a_certificate()
            throws Exception {
        try (ShareProcess share =
                        ShareProcess.start(throughProxy(), url(), relay.caFile(), certificate);
                Connection connection = share.connect()) {
            assertThat(connection.isValid(10)).isTrue();
        }
        assertThat(ADMITTED).containsExactly("CN=laptop");
        assertThat(ASKED).hasSize(1);
        assertThat(ASKED.getFirst())
                .startsWith("CONNECT localhost:" + front.actualPort() + " HTTP/1.")
                .containsIgnoringCase("proxy-authorization: Basic bWU6c2VAY3JldA==");
    }

    @Test
    void straight_where_the_environment_exempts_the_relay() throws Exception {
        Map<String, String> environment =
                Map.of(
                        "https_proxy",
                        "http://127.0.0.1:" + proxy.actualPort(),
                        "NO_PROXY",
                        "relay.example,localhost");
        try (ShareProcess share =
                        ShareProcess.start(environment, url(), relay.caFile(), certificate);
                Connection connection = share.connect()) {
            assertThat(connection.isValid(10)).isTrue();
        }
        assertThat(ADMITTED).containsExactly("CN=laptop");
        assertThat(ASKED).isEmpty();
    }

    @Test
    void without_the_certificate_that_is_asked_for_nothing_is_shared() {
        assertThatThrownBy(() -> ShareProcess.start(Map.of(), url(), relay.caFile()).close())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ended with 1");
        assertThat(ADMITTED).isEmpty();
    }

    @Test
    void without_the_ca_that_vouches_for_the_relay_nothing_is_shared() throws Exception {
        Path other =
                DevelopmentCa.openOrCreate(directory.resolve("other"), Clock.systemUTC()).caFile();
        assertThatThrownBy(() -> ShareProcess.start(Map.of(), url(), other, certificate).close())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ended with 1");
    }
}
