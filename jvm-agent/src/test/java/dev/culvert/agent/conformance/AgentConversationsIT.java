package dev.culvert.agent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareException;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.conformance.Notation.Conversation;
import dev.culvert.agent.conformance.ScriptedEnd.Arrival;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This agent with a PGlite, opposite the scripts of a relay. */
@Timeout(120)
class AgentConversationsIT {
    private static final String SECRET = "s".repeat(Frame.Resumption.SECRET_LENGTH);
    private static final long PATIENCE_SECONDS = 20;

    private static final Vertx VERTX = Vertx.vertx();
    private static final BlockingQueue<ServerWebSocket> ACCEPTED = new LinkedBlockingQueue<>();

    private static PGlite database;
    private static PGliteBackend backend;
    private static HttpServer server;
    private static Buffer trusted;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        database = PGlite.inMemory();
        backend =
                new PGliteBackend(
                        database, BackendSettings.of(Credentials.of(Map.of(), List.of())));
        DevelopmentCa ca = DevelopmentCa.openOrCreate(directory, Clock.systemUTC());
        ca.serverCertificate(new LinkedHashSet<>(List.of("localhost")));
        trusted = Buffer.buffer(Files.readAllBytes(ca.caFile()));
        server =
                VERTX.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setKeyCertOptions(
                                                new PemKeyCertOptions()
                                                        .setCertPath(
                                                                ca.serverCertificateFile()
                                                                        .toString())
                                                        .setKeyPath(ca.serverKeyFile().toString()))
                                        .setWebSocketSubProtocols(List.of(Frame.SUBPROTOCOL)))
                        .webSocketHandler(webSocket -> {
                            webSocket.pause();
                            ACCEPTED.add(webSocket);
                        })
                        .listen(0, "127.0.0.1")
                        .await();
    }

    @AfterAll
    static void stop() {
        VERTX.close().await();
        backend.close();
        database.close();
    }

    static List<Conversation> conversations() throws IOException {
        return Notation.conversationsOf("agent");
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void holds(Conversation conversation) throws Exception {
        ACCEPTED.clear();
        WithAgent running = new WithAgent(conversation);
        try {
            running.run();
        } finally {
            running.stop();
        }
    }

    /** A conversation whose script is the relay. */
    private static final class WithAgent extends Running {
        private final Future<Share> sharing =
                Culvert.share(
                        backend,
                        ShareOptions.through(URI.create("wss://localhost:" + server.actualPort()))
                                .on(VERTX)
                                .trusting(trusted)
                                .windows(WindowLimits.fixed(WINDOW)));

        WithAgent(Conversation conversation) {
            super(conversation);
        }

        @Override
        String beginning(String start) {
            String live =
                    """
                    [{"connect": "a"},
                     {"expect": {"type": "HELLO", "stream": 0, "json": {"resumable": true}}},
                     {"resume": null}, {"owner": "live"}\
                    """;
            String session =
                    """
                    , {"open": 1}, {"expect": {"type": "ACCEPT", "stream": 1}},
                     {"batch": 1, "messages": ["startup"]}, {"answer": 1, "types": "^R.*Z$"}\
                    """;
            set("secret", Notation.JSON.valueToTree(SECRET));
            return switch (start) {
                case "live" -> live + "]";
                case "session" -> live + session + "]";
                default -> "[]";
            };
        }

        @Override
        ScriptedEnd connected(Epoch newest, boolean granting) throws Exception {
            ServerWebSocket webSocket = ACCEPTED.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (webSocket == null) {
                throw new AssertionError("nobody has dialled");
            }
            VertxLink link = new VertxLink(webSocket);
            ScriptedEnd end = new ScriptedEnd(link, newest, WINDOW, granting);
            link.tell(end);
            webSocket.resume();
            return end;
        }

        @Override
        int otherWindow() {
            return WINDOW;
        }

        @Override
        void onExpected(Arrival.Frame frame) {
            // HELLO says nothing that is needed
        }

        @Override
        void takeOther(String kind, JsonNode argument, JsonNode step) throws Exception {
            switch (kind) {
                case "open" -> {
                    end().open(argument.intValue(), otherWindow());
                    end().send(
                                    Notation.JSON.readTree(
                                            """
                                            {"type": "OPEN", "stream": %d, "json": {"session": "s",
                                             "user": "postgres", "database": "postgres",
                                             "client": {"address": "203.0.113.7", "port": 50000},
                                             "application": "script"}}
                                            """
                                                    .formatted(argument.intValue())));
                }
                case "resume" -> welcome(argument);
                case "owner" -> owner(argument.textValue());
                default -> throw new AssertionError("no such step: " + kind);
            }
        }

        /** Says WELCOME, to a tunnel that goes on or to a new epoch. */
        private void welcome(JsonNode received) throws IOException {
            ObjectNode frame =
                    (ObjectNode)
                            Notation.JSON.readTree(
                                    """
                                    {"type": "WELCOME", "stream": 0, "json": {"version": 1,
                                     "relay": "script", "name": "abc123",
                                     "host": "abc123.relay.example", "port": 5432,
                                     "idleTimeout": 300, "lifetime": 3600, "maxPayload": 32768,
                                     "window": %d, "resume": {"secret": "%s", "grace": 30}}}
                                    """
                                            .formatted(WINDOW, SECRET));
            if (received.isNull()) {
                beginEpoch();
            } else {
                end().epoch.received = received.longValue();
                frame.withObject("/json/resume").set("received", received);
            }
            end().send(frame);
        }

        private void owner(String what) throws Exception {
            switch (what) {
                case "live" -> assertThat(shared().state()).isInstanceOf(ShareState.Live.class);
                case "stops" -> shared().stop();
                default -> assertThat(reason()).isEqualTo(what);
            }
        }

        private Share shared() throws Exception {
            return sharing.toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        private String reason() throws Exception {
            return sharing.compose(Share::closed)
                    .otherwise(failure -> ((ShareException) failure).reason())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .name();
        }

        void stop() {
            cutAll();
            sharing.compose(Share::stop).otherwiseEmpty().await();
        }
    }
}
