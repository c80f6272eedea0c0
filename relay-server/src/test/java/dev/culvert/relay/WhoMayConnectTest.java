package dev.culvert.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.scram.ScramVerifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an agent says in HELLO about who may connect, from its WebSocket to a client's error. */
class WhoMayConnectTest {
    private static final String VERIFIER =
            ScramVerifier.fromPassword("pencil", new byte[16], 64).encode();

    private final Vertx vertx = Vertx.vertx();

    /** A field, since a client that nobody refers to is closed. */
    private final WebSocketClient agent =
            vertx.createWebSocketClient(new WebSocketClientOptions().setTrustAll(true));

    private @Nullable Relay relay;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        "relay.test",
                                        FrontSettings.on("127.0.0.1", 0)
                                                .withLimits(
                                                        ConnectionLimits.DEFAULTS,
                                                        AttemptLimits.DEFAULTS.withDelays(
                                                                Duration.ZERO, Duration.ZERO)),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*.relay.test", "localhost")))),
                                new SimpleMeterRegistry(),
                                new Silent())
                        .await();
    }

    @AfterEach
    void stop() {
        relay().stop().await();
        vertx.close().await();
    }

    @Test
    void an_address_outside_of_the_agents_ranges_is_refused() throws Exception {
        firstAnswer(hello(new Frame.User("anna", VERIFIER), List.of("192.0.2.0/24")));

        ServerErrorMessage refusal = refusal("anna");
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat(refusal.getMessage())
                .isEqualTo("connections to \"abc123\" are not allowed from your address");
    }

    @Test
    void an_expired_user_is_refused_like_a_wrong_password() throws Exception {
        firstAnswer(hello(new Frame.User("olga", VERIFIER, 1L), List.of()));

        for (String user : new String[] {"olga", "nobody"}) {
            ServerErrorMessage refusal = refusal(user);
            assertThat(refusal.getSQLState()).isEqualTo("28P01");
            assertThat(refusal.getMessage())
                    .isEqualTo("password authentication failed for user \"" + user + "\"");
        }
    }

    @Test
    void an_agent_with_a_user_without_a_password_is_refused() throws Exception {
        assertThat(firstAnswer(hello(new Frame.User("guest", null, null), List.of())))
                .isEqualTo(
                        CloseCode.HELLO_REFUSED.code()
                                + " this relay permits no users without a password: guest");
    }

    /** Sends HELLO; returns "welcome", or the code and the reason of the close. */
    private String firstAnswer(Frame.Hello hello) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        WebSocket webSocket =
                agent.connect(
                                new WebSocketConnectOptions()
                                        .setHost("localhost")
                                        .setPort(relay().httpsPort())
                                        .setSsl(true)
                                        .setURI("/tunnel")
                                        .addSubProtocol(Frame.SUBPROTOCOL))
                        .await();
        webSocket.binaryMessageHandler(_ -> answer.complete("welcome"));
        webSocket.closeHandler(
                _ -> answer.complete(webSocket.closeStatusCode() + " " + webSocket.closeReason()));
        ByteBuf frame = FrameEncoder.encode(hello, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes).release();
        webSocket.writeBinaryMessage(Buffer.buffer(bytes)).await();
        return answer.get(10, TimeUnit.SECONDS);
    }

    private ServerErrorMessage refusal(String user) {
        Properties properties = new Properties();
        properties.put("user", user + ".abc123");
        properties.put("password", "pencil");
        properties.put("sslmode", "require");
        properties.put("loginTimeout", "20");
        PSQLException failure =
                catchThrowableOfType(
                        PSQLException.class,
                        () ->
                                DriverManager.getConnection(
                                                "jdbc:postgresql://127.0.0.1:"
                                                        + relay().postgresPort()
                                                        + "/postgres",
                                                properties)
                                        .close());
        ServerErrorMessage message = failure.getServerErrorMessage();
        assertThat(message).as(failure.toString()).isNotNull();
        return message;
    }

    private Relay relay() {
        Relay present = relay;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    private static Frame.Hello hello(Frame.User user, List<String> allow) {
        return new Frame.Hello(
                "test",
                "abc123",
                null,
                null,
                List.of(user),
                allow,
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                Frame.Hello.MIN_WINDOW,
                false,
                null);
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
