package dev.culvert.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.wire.scram.ScramVerifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay that empties itself, seen from its sockets. */
@Timeout(60)
class RelayDrainTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient agents =
            vertx.createWebSocketClient(new WebSocketClientOptions().setTrustAll(true));
    private final HttpClient http =
            vertx.createHttpClient(
                    new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @TempDir private Path directory;
    private CertificateSet certificates;

    @BeforeEach
    void certificates() {
        certificates =
                CertificateSet.of(
                        DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC())
                                .serverCertificate(
                                        new LinkedHashSet<>(List.of("*.relay.test", "localhost"))));
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void a_relay_that_nobody_uses_stops_at_once() {
        Relay relay = start(new DrainSettings(Duration.ZERO, LONG, LONG, LONG));

        assertThat(relay.drain("updating").await()).isTrue();
    }

    @Test
    void it_is_not_ready_and_goes_on_for_the_delay() throws Exception {
        Relay relay = start(new DrainSettings(LONG, Duration.ZERO, LONG, LONG));
        assertThat(readiness(relay)).isEqualTo(200);

        relay.drain("updating");

        assertThat(relay.isReady()).isFalse();
        assertThat(readiness(relay)).isEqualTo(503);
        new Socket(InetAddress.getLoopbackAddress(), relay.postgresPort()).close();
        share(relay);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("WELCOME");
    }

    @Test
    void clients_and_agents_are_turned_away_and_it_ends_when_the_last_agent_lets_go()
            throws Exception {
        Relay relay = start(new DrainSettings(Duration.ZERO, Duration.ZERO, LONG, LONG));
        WebSocket agent = share(relay);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("WELCOME");

        Future<Boolean> drained = relay.drain("updating");

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("GOAWAY draining: updating");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), relay.postgresPort()))
                .isInstanceOf(ConnectException.class);
        share(relay);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("4011 the relay is shutting down");
        assertThat(drained.isComplete()).isFalse();
        send(agent, new Frame.GoAway("closed", "moved"));
        assertThat(drained.await()).isTrue();
    }

    @Test
    void the_deadline_cuts_off_what_is_left() throws Exception {
        Relay relay =
                start(
                        new DrainSettings(
                                Duration.ZERO, Duration.ZERO, LONG, Duration.ofMillis(300)));
        share(relay);
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("WELCOME");

        assertThat(relay.drain("updating").await()).isFalse();

        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("GOAWAY draining: updating");
    }

    private Relay start(DrainSettings drain) {
        return Relay.start(
                        vertx,
                        new RelaySettings(
                                        "relay.test",
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS)
                                .withDrain(drain),
                        certificates,
                        new SimpleMeterRegistry(),
                        new Silent())
                .await();
    }

    private int readiness(Relay relay) {
        return http.request(HttpMethod.GET, relay.httpsPort(), "localhost", "/readyz")
                .compose(request -> request.send())
                .map(HttpClientResponse::statusCode)
                .await();
    }

    /** Says HELLO under a name that the relay makes; what comes back goes to {@link #heard}. */
    private WebSocket share(Relay relay) throws IOException {
        WebSocket webSocket =
                agents.connect(
                                new WebSocketConnectOptions()
                                        .setHost("localhost")
                                        .setPort(relay.httpsPort())
                                        .setSsl(true)
                                        .setURI("/tunnel")
                                        .addSubProtocol(Frame.SUBPROTOCOL))
                        .await();
        webSocket.binaryMessageHandler(message -> hear(message.getBytes()));
        webSocket.closeHandler(
                _ -> heard.add(webSocket.closeStatusCode() + " " + webSocket.closeReason()));
        send(
                webSocket,
                new Frame.Hello(
                        "test",
                        null,
                        null,
                        null,
                        List.of(
                                new Frame.User(
                                        "anna",
                                        ScramVerifier.fromPassword("pencil", new byte[16], 64)
                                                .encode())),
                        List.of(),
                        new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                        null,
                        null,
                        Frame.Timeouts.NONE,
                        Frame.Hello.MIN_WINDOW,
                        true,
                        null));
        return webSocket;
    }

    private void hear(byte[] bytes) {
        Frame frame = FrameDecoder.decode(Unpooled.wrappedBuffer(bytes), Role.AGENT);
        heard.add(
                switch (frame) {
                    case Frame.Welcome _ -> "WELCOME";
                    case Frame.GoAway(String code, String message) ->
                            "GOAWAY " + code + ": " + message;
                    case null, default -> String.valueOf(frame);
                });
    }

    private static void send(WebSocket webSocket, Frame frame) {
        ByteBuf encoded = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes).release();
        webSocket.writeBinaryMessage(Buffer.buffer(bytes)).await();
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
