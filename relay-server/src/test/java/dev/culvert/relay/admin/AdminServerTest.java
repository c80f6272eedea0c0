package dev.culvert.relay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.AdminSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin port, seen from its socket. */
class AdminServerTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final Path DOCUMENT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                    .resolve("docs/observability.md");

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir private Path directory;

    @AfterEach
    void stop() {
        http.close();
        vertx.close().await();
    }

    @Test
    void probes_need_no_token() throws Exception {
        Relay relay = start(Optional.of(TOKEN));
        assertThat(get(relay, "/livez", "").statusCode()).isEqualTo(200);
        assertThat(get(relay, "/startupz", "").statusCode()).isEqualTo(200);
        assertThat(get(relay, "/readyz", "").statusCode()).isEqualTo(200);
        relay.stop().await();
    }

    @Test
    void metrics_and_api_need_the_token() throws Exception {
        Relay relay = start(Optional.of(TOKEN));
        for (String path : List.of("/metrics", "/api/v1/tunnels", "/api/v1/sessions")) {
            assertThat(get(relay, path, "").statusCode()).as(path).isEqualTo(401);
            assertThat(get(relay, path, TOKEN + "0").statusCode()).as(path).isEqualTo(401);
            assertThat(get(relay, path, TOKEN).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(get(relay, "/api/v1/tunnels", TOKEN).body())
                .isEqualTo("{\"total\":0,\"tunnels\":[]}");
        assertThat(get(relay, "/api/v1/tunnels?limit=1001", TOKEN).statusCode()).isEqualTo(400);
        assertThat(get(relay, "/api/v1/tunnels/abc123", TOKEN).statusCode()).isEqualTo(404);
        assertThat(get(relay, "/api/v1/sessions/1", TOKEN).statusCode()).isEqualTo(404);
        relay.stop().await();
    }

    @Test
    void without_a_token_there_are_metrics_and_no_api() throws Exception {
        Relay relay = start(Optional.empty());
        assertThat(get(relay, "/metrics", "").statusCode()).isEqualTo(200);
        assertThat(get(relay, "/api/v1/tunnels", "").statusCode()).isEqualTo(404);
        relay.stop().await();
    }

    @Test
    void a_certificate_that_has_expired_makes_the_relay_unready_until_it_is_replaced()
            throws Exception {
        Relay relay =
                start(
                        Optional.empty(),
                        FrontSettings.on("127.0.0.1", 0),
                        certificate(
                                "old",
                                Clock.fixed(
                                        Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC)));
        assertThat(get(relay, "/readyz", "").statusCode()).isEqualTo(503);
        assertThat(get(relay, "/readyz", "").body()).isEqualTo("a certificate has expired\n");
        assertThat(get(relay, "/livez", "").statusCode()).isEqualTo(200);

        relay.replaceCertificates(certificate("new", Clock.systemUTC())).await();
        assertThat(get(relay, "/readyz", "").body()).isEqualTo("ready\n");
        relay.stop().await();
    }

    @Test
    void a_relay_that_drains_before_it_stops_is_unready() throws Exception {
        Relay relay = start(Optional.of(TOKEN));
        Future<Boolean> drained = relay.drain("updating");
        if (!drained.isComplete()) {
            assertThat(relay.isReady()).isFalse();
        }
        assertThat(drained.await()).isTrue();
        assertThat(relay.isReady()).isFalse();
    }

    @Test
    void names_that_strangers_choose_are_no_labels() throws Exception {
        RateLimit plenty = new RateLimit(100_000, 100_000);
        Relay relay =
                start(
                        Optional.empty(),
                        FrontSettings.on("127.0.0.1", 0)
                                .withTlsRequired(false)
                                .withLimits(
                                        ConnectionLimits.DEFAULTS.withRates(plenty, plenty),
                                        AttemptLimits.DEFAULTS),
                        certificate("certs", Clock.systemUTC()));
        Set<String> before = exactSeries(get(relay, "/metrics", "").body());
        for (int i = 0; i < 1_000; i++) {
            String name = i % 2 == 0 ? "evil-" + i : "\"}\n# evil " + i + " \u2603";
            assertThat(refusal(relay.postgresPort(), "anna." + name)).startsWith("E");
        }
        String after = get(relay, "/metrics", "").body();
        relay.stop().await();

        assertThat(exactSeries(after)).isEqualTo(before);
        assertThat(after)
                .contains("culvert_clients_refused_total{reason=\"no-tunnel\"} 500.0")
                .doesNotContain("evil");
    }

    /** Says who it is, and returns what it hears. */
    private static String refusal(int port, String user) throws IOException {
        byte[] text = ("user\0" + user + "\0\0").getBytes(StandardCharsets.UTF_8);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write(
                            ByteBuffer.allocate(8 + text.length)
                                    .putInt(8 + text.length)
                                    .putInt(196_608)
                                    .put(text)
                                    .array());
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** All series, without their values. */
    private static Set<String> exactSeries(String text) {
        return text.lines()
                .map(line -> line.replaceFirst(" \\S+$", ""))
                .collect(Collectors.toSet());
    }

    @Test
    void the_page_in_docs_names_every_metric_with_its_labels() throws Exception {
        Relay relay = start(Optional.empty());
        Set<String> shown = series(get(relay, "/metrics", "").body());
        relay.stop().await();

        assertThat(shown).isEqualTo(documented());
    }

    /** Such as {@code culvert_bytes_total{to}}. */
    private static Set<String> series(String text) {
        Set<String> series = new TreeSet<>();
        for (String line : text.lines().toList()) {
            Matcher matcher = Pattern.compile("(culvert_\\w+)(\\{([^}]*)})? .*").matcher(line);
            if (matcher.matches()) {
                String labels = matcher.group(3) == null ? "" : matcher.group(3);
                Set<String> names = new TreeSet<>();
                Pattern.compile("(\\w+)=\"")
                        .matcher(labels)
                        .results()
                        .map(label -> label.group(1))
                        .forEach(names::add);
                series.add(
                        names.isEmpty()
                                ? matcher.group(1)
                                : matcher.group(1) + "{" + String.join(",", names) + "}");
            }
        }
        return series;
    }

    private static Set<String> documented() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher matcher =
                    Pattern.compile("\\| `(culvert_\\w+?)(\\{\\w+})?` \\| (\\w+) \\|.*")
                            .matcher(line);
            if (matcher.matches()) {
                String name = matcher.group(1);
                String labels = matcher.group(2) == null ? "" : matcher.group(2);
                if (matcher.group(3).equals("histogram")) {
                    names.add(
                            name
                                    + "_bucket"
                                    + (labels.isEmpty() ? "{le}" : "{le," + labels.substring(1)));
                    names.add(name + "_count" + labels);
                    names.add(name + "_sum" + labels);
                    names.add(name + "_max" + labels);
                } else {
                    names.add(name + labels);
                }
            }
        }
        return names;
    }

    private HttpResponse<String> get(Relay relay, String path, String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + relay.adminPort().orElseThrow() + path));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private CertificateSet certificate(String folder, Clock clock) {
        return CertificateSet.of(
                DevelopmentCa.openOrCreate(directory.resolve(folder), clock)
                        .serverCertificate(
                                new LinkedHashSet<>(List.of("*.relay.test", "localhost"))));
    }

    private Relay start(Optional<String> token) {
        return start(
                token, FrontSettings.on("127.0.0.1", 0), certificate("certs", Clock.systemUTC()));
    }

    private Relay start(Optional<String> token, FrontSettings front, CertificateSet certificates) {
        return Relay.start(
                        vertx,
                        new RelaySettings(
                                        "relay.test",
                                        front,
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS)
                                .withAdmin(
                                        new AdminSettings(
                                                Optional.of(
                                                        new AdminSettings.Http(
                                                                "127.0.0.1", 0, token)),
                                                Optional.empty())),
                        certificates,
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        new Silent())
                .await();
    }

    /** Hears nothing. */
    private static final class Silent implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {}

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {}
    }
}
