package dev.culvert.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.agent.conformance.Notation.Conversation;
import dev.culvert.agent.conformance.ScriptedEnd.Arrival;
import dev.culvert.agent.it.TestRelay;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The relay, opposite the scripts of an agent and of clients. */
@Timeout(120)
class RelayConversationsIT {
    private static final long PATIENCE_SECONDS = 20;
    private static final Vertx VERTX = Vertx.vertx();
    private static final WebSocketClient WEB_SOCKETS =
            VERTX.createWebSocketClient(
                    new WebSocketClientOptions().setTrustAll(true).setVerifyHost(false));
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static TestRelay relay;

    @BeforeAll
    static void start(@TempDir Path directory) {
        relay = TestRelay.start(directory, TunnelSettings.DEFAULTS.withAllowNoPassword(true), 0);
    }

    @AfterAll
    static void stop() {
        relay.close();
        VERTX.close().await();
    }

    static List<Conversation> conversations() throws IOException {
        return Notation.conversationsOf("relay");
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void holds(Conversation conversation) throws Exception {
        WithRelay running = new WithRelay(conversation);
        try {
            running.run();
        } finally {
            running.stop();
        }
    }

    /** A conversation whose script is the agent, and the clients. */
    private static final class WithRelay extends Running {
        private final String name = "script-" + NAMES.incrementAndGet();
        private final Map<String, ScriptedClient> clients = new HashMap<>();
        private int otherWindow;

        WithRelay(Conversation conversation) {
            super(conversation);
        }

        @Override
        String beginning(String start) {
            String live =
                    """
                    [{"connect": "a"}, {"hello": {}}, {"expect": {"type": "WELCOME", "stream": 0}}\
                    """;
            String session =
                    """
                    , {"client": "c", "connects": "anna"}, {"expect": {"type": "OPEN", "stream": 1}},
                     {"receive": 1, "types": "^startup$"}, {"send": {"type": "ACCEPT", "stream": 1}},
                     {"batch": 1, "messages": [{"hex": "520000000800000000"}, "Z:I"]},
                     {"client": "c", "hears": "^R.*Z$"}\
                    """;
            set("name", Notation.JSON.valueToTree(name));
            return switch (start) {
                case "live" -> live + "]";
                case "session" -> live + session + "]";
                default -> "[]";
            };
        }

        @Override
        ScriptedEnd connected(Epoch newest, boolean granting) throws Exception {
            AtomicReference<ScriptedEnd> made = new AtomicReference<>();
            WEB_SOCKETS
                    .connect(
                            new WebSocketConnectOptions()
                                    .setHost("localhost")
                                    .setPort(relay.httpsPort())
                                    .setSsl(true)
                                    .setURI("/tunnel")
                                    .addSubProtocol(Frame.SUBPROTOCOL))
                    .onSuccess(webSocket -> {
                        VertxLink link = new VertxLink(webSocket);
                        // an answer is followed by no CREDIT of its own: scripts count frames
                        ScriptedEnd end = new ScriptedEnd(link, newest, WINDOW, false);
                        link.tell(end);
                        made.set(end);
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return Objects.requireNonNull(made.get());
        }

        @Override
        int otherWindow() {
            return otherWindow;
        }

        @Override
        void onExpected(Arrival.Frame frame) throws IOException {
            if (frame.type() == Notation.type("OPEN")) {
                end().open(frame.stream(), otherWindow);
            } else if (frame.type() == Notation.type("WELCOME")) {
                JsonNode welcome = Notation.JSON.readTree(frame.payload());
                otherWindow = welcome.get("window").intValue();
                set("secret", welcome.at("/resume/secret"));
            }
        }

        @Override
        void takeOther(String kind, JsonNode argument, JsonNode step) throws Exception {
            switch (kind) {
                case "hello" -> hello(argument);
                case "client" -> client(argument.textValue(), step);
                case "epoch" -> beginEpoch();
                default -> throw new AssertionError("no such step: " + kind);
            }
        }

        private void hello(JsonNode members) throws IOException {
            ObjectNode frame =
                    (ObjectNode)
                            Notation.JSON.readTree(
                                    """
                                    {"type": "HELLO", "stream": 0, "json": {"version": 1,
                                     "agent": "script", "name": "%s", "window": %d,
                                     "users": [{"name": "anna", "auth": "none"}],
                                     "backend": {"kind": "postgres", "version": "18"},
                                     "resumable": true}}
                                    """
                                            .formatted(name, WINDOW));
            frame.withObject("/json").setAll((ObjectNode) members);
            JsonNode count = members.at("/resume/received");
            if (count.isNumber() && count.longValue() < end().epoch.received) {
                // what was lost comes again
                end().epoch.received = count.longValue();
            }
            end().send(frame);
        }

        private void client(String who, JsonNode step) throws Exception {
            if (step.has("connects")) {
                clients.put(
                        who,
                        new ScriptedClient(
                                relay.relay().postgresPort(),
                                step.get("connects").textValue() + "." + name));
                return;
            }
            ScriptedClient client = Objects.requireNonNull(clients.get(who));
            if (step.has("sends")) {
                client.send(Notation.messages(step.get("sends")));
            } else if (step.has("hears")) {
                byte[] heard = client.hear();
                assertThat(Notation.types(heard)).containsPattern(step.get("hears").textValue());
                assertThat(new String(heard, java.nio.charset.StandardCharsets.UTF_8))
                        .contains(step.path("holds").asText());
            } else if (step.has("loses")) {
                client.lose(step.get("loses").textValue());
            } else {
                client.close();
            }
        }

        void stop() throws IOException {
            for (ScriptedClient client : clients.values()) {
                client.close();
            }
            cutAll();
        }
    }
}
