package dev.culvert.agent.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way to a relay that is there, and to what is in its place. */
@Timeout(60)
class RelayCheckTest {
    @TempDir private static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static Relay relay;
    private static Path caFile;

    private final List<Finding> findings = new ArrayList<>();

    @BeforeAll
    static void start() {
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        caFile = ca.caFile();
        relay =
                Relay.start(
                                VERTX,
                                new RelaySettings(
                                        "culvert.localhost",
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(List.of("localhost")))),
                                new SimpleMeterRegistry(),
                                new Nobody())
                        .await();
    }

    @AfterAll
    static void stop() {
        relay.stop().await();
        VERTX.close().await();
    }

    @Test
    void all_is_good_with_a_relay_that_is_trusted() {
        assertThat(check("wss://localhost:" + relay.httpsPort(), caFile, Map.of())).isTrue();

        assertThat(steps())
                .containsExactly(
                        "ok proxy",
                        "ok dns",
                        "ok tcp",
                        "ok tls",
                        "ok chain",
                        "ok name",
                        "ok expiry",
                        "ok websocket",
                        "ok latency");
        assertThat(text("websocket")).contains("culvert.v1");
        assertThat(text("latency")).matches("[0-9.]+ ms there and back, [0-9.]+ ms at best");
    }

    @Test
    void an_unknown_authority_is_told_from_a_wrong_name() {
        assertThat(check("wss://127.0.0.1:" + relay.httpsPort(), null, Map.of())).isFalse();

        assertThat(steps()).contains("FAIL chain", "FAIL name", "ok expiry", "ok websocket");
        assertThat(text("name")).contains("localhost");
    }

    @Test
    void a_port_where_nobody_listens() throws IOException {
        // bound, so that nobody else, this test's own client included, gets the port
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            assertThat(check("wss://localhost:" + bound.getLocalPort(), null, Map.of())).isFalse();
        }

        assertThat(steps()).containsExactly("ok proxy", "ok dns", "FAIL tcp");
    }

    @Test
    void a_host_that_nobody_knows() {
        assertThat(check("wss://nobody.invalid", null, Map.of())).isFalse();

        assertThat(steps()).containsExactly("ok proxy", "FAIL dns");
    }

    @Test
    void a_server_without_TLS() {
        HttpServer plain =
                VERTX.createHttpServer()
                        .requestHandler(request -> request.response().end())
                        .listen(0)
                        .await();

        assertThat(check("wss://localhost:" + plain.actualPort(), caFile, Map.of())).isFalse();

        assertThat(steps()).endsWith("FAIL tls");
        plain.close().await();
    }

    @Test
    void a_server_that_says_nothing() {
        NetServer silent = VERTX.createNetServer().connectHandler(_ -> {}).listen(0).await();

        boolean good =
                new RelayCheck(
                                RelayUrl.parse("wss://localhost:" + silent.actualPort()),
                                caFile,
                                Duration.ofMillis(200),
                                Map.of())
                        .run(findings::add);

        assertThat(good).isFalse();
        assertThat(steps()).endsWith("FAIL timeout");
        silent.close().await();
    }

    @Test
    void a_proxy_is_used_and_its_refusal_told() {
        NetServer proxy = proxy("HTTP/1.1 200 Connection established");
        String address = "http://localhost:" + proxy.actualPort();
        String url = "wss://localhost:" + relay.httpsPort();

        assertThat(check(url, caFile, Map.of("https_proxy", address))).isTrue();
        assertThat(steps()).startsWith("ok dns", "ok tcp", "ok proxy").endsWith("ok latency");
        assertThat(check(url, caFile, Map.of("HTTPS_PROXY", address, "NO_PROXY", "localhost")))
                .isTrue();
        proxy.close().await();

        findings.clear();
        NetServer strict = proxy("HTTP/1.1 407 Proxy Authentication Required");
        assertThat(
                        check(
                                url,
                                caFile,
                                Map.of("HTTPS_PROXY", "http://localhost:" + strict.actualPort())))
                .isFalse();
        assertThat(steps()).endsWith("FAIL proxy");
        assertThat(findings.getLast().advice().orElseThrow()).contains("USER:PASSWORD");
        strict.close().await();
    }

    @Test
    void addresses_are_read_as_people_write_them() {
        assertThat(RelayUrl.parse("relay.example"))
                .isEqualTo(new RelayUrl("relay.example", 443, "/tunnel"));
        assertThat(RelayUrl.parse("https://relay.example:8443/some/"))
                .isEqualTo(new RelayUrl("relay.example", 8443, "/some/tunnel"));
        assertThat(RelayUrl.parse("wss://[::1]:1/tunnel"))
                .isEqualTo(new RelayUrl("::1", 1, "/tunnel"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RelayUrl.parse("http://relay.example"))
                .withMessageContaining("wss://HOST[:PORT]");
    }

    /** Answers CONNECT with this line, and passes bytes to the relay if that is a good one. */
    private static NetServer proxy(String statusLine) {
        // held by the handler: Vert.x closes a client, and its connections, that nobody holds
        NetClient onward = VERTX.createNetClient();
        return VERTX.createNetServer()
                .connectHandler(client ->
                        client.handler(request -> {
                            client.pause();
                            client.write(statusLine + "\r\n\r\n");
                            if (statusLine.contains("200")) {
                                onward.connect(relay.httpsPort(), "localhost")
                                        .onSuccess(server -> pass(client, server));
                            } else {
                                client.end();
                            }
                        }))
                .listen(0)
                .await();
    }

    private static void pass(NetSocket client, NetSocket server) {
        client.pipeTo(server);
        server.pipeTo(client);
        client.resume();
    }

    private boolean check(String url, @Nullable Path ca, Map<String, String> environment) {
        return new RelayCheck(RelayUrl.parse(url), ca, Duration.ofSeconds(10), environment)
                .run(findings::add);
    }

    private List<String> steps() {
        return findings.stream()
                .map(finding -> finding.verdict().word() + " " + finding.what())
                .toList();
    }

    private String text(String what) {
        return findings.stream()
                .filter(finding -> finding.what().equals(what))
                .findFirst()
                .orElseThrow()
                .text();
    }

    private static final class Nobody implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // no clients come
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // no clients come
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // no clients come
        }
    }
}
