package dev.culvert.relay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.AdminSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private Relay start(Optional<String> token) {
        return Relay.start(
                        vertx,
                        new RelaySettings(
                                        "relay.test",
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS)
                                .withAdmin(
                                        new AdminSettings(
                                                Optional.of(
                                                        new AdminSettings.Http(
                                                                "127.0.0.1", 0, token)),
                                                Optional.empty())),
                        CertificateSet.of(
                                DevelopmentCa.openOrCreate(
                                                directory.resolve("certs"), Clock.systemUTC())
                                        .serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*.relay.test", "localhost")))),
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        new Silent())
                .await();
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
