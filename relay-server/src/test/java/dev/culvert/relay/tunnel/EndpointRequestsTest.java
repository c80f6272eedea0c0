package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Upgrade requests, with what a browser adds to them. */
class EndpointRequestsTest {
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void listen() {
        AccessSettings settings =
                new AccessSettings(
                        true,
                        List.of(),
                        Optional.empty(),
                        Map.of(),
                        List.of("https://app.example"),
                        10,
                        10);
        TunnelEndpoint endpoint =
                new TunnelEndpoint(
                        TunnelSettings.DEFAULTS,
                        DrainSettings.DEFAULTS,
                        new Access(settings),
                        new TunnelRegistry(Duration.ZERO),
                        "relay.test",
                        "test");
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost("127.0.0.1")
                                        .setPort(0)
                                        .setWebSocketSubProtocols(List.of(Frame.SUBPROTOCOL)))
                        .requestHandler(endpoint)
                        .listen()
                        .await();
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void pages_of_other_sites_are_turned_away_and_agents_that_are_no_pages_are_not() {
        assertThat(status("/tunnel", "https://app.example")).isEqualTo(101);
        assertThat(status("/tunnel", null)).isEqualTo(101);
        assertThat(status("/tunnel", "https://evil.example")).isEqualTo(403);
        assertThat(status("/tunnel", "null")).isEqualTo(403);
    }

    @Test
    void a_token_in_the_url_is_refused() {
        assertThat(status("/tunnel?token=secret", null)).isEqualTo(400);
    }

    private int status(String path, @Nullable String origin) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket.Builder builder =
                    client.newWebSocketBuilder().subprotocols(Frame.SUBPROTOCOL);
            if (origin != null) {
                builder.header("Origin", origin);
            }
            WebSocket webSocket =
                    builder.buildAsync(
                                    URI.create("ws://127.0.0.1:" + server.actualPort() + path),
                                    new WebSocket.Listener() {})
                            .join();
            webSocket.abort();
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }
}
