package dev.culvert.relay.hostile;

import static dev.culvert.relay.hostile.RawWebSocket.BINARY;
import static dev.culvert.relay.hostile.RawWebSocket.CONTINUATION;
import static dev.culvert.relay.hostile.RawWebSocket.FIN;
import static dev.culvert.relay.hostile.RawWebSocket.RESERVED;
import static dev.culvert.relay.hostile.RawWebSocket.RSV1;
import static dev.culvert.relay.hostile.RawWebSocket.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.hostile.RawWebSocket.End;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an agent may not do, in PROTOCOL.md's words: the relay ends the tunnel with a close code,
 * its client hears of it, and no buffer leaks.
 */
@Timeout(60)
class HostileAgentTest {
    private static final int DATA = 0x06;
    private static final int CREDIT = 0x07;
    private static final int CLOSE = 0x09;
    private static final int PING = 0x0A;
    private static final int ACK = 0x0C;
    private static final int STREAM = 1;

    /** More than the relay takes to fill its bound, and to give up the closing handshake. */
    private static final Duration ENOUGH = Duration.ofSeconds(40);

    /** AuthenticationOk and ReadyForQuery. */
    private static final byte[] START = {
        'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I',
    };

    private static final Vertx VERTX = Vertx.vertx();
    private static @Nullable Relay relay;
    private static @Nullable LeakReports leaks;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        leaks = new LeakReports();
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        relay =
                Relay.start(
                                VERTX,
                                new RelaySettings(
                                        "relay.test",
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS.withAllowNoPassword(true)),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*.relay.test", "localhost")))),
                                new SimpleMeterRegistry(),
                                new Silent())
                        .await();
    }

    @AfterAll
    static void nothing_has_leaked() throws Exception {
        relay().stop().await();
        VERTX.close().await();
        try (LeakReports reports = Objects.requireNonNull(leaks)) {
            assertThat(reports.all()).isEmpty();
        }
    }

    /** What somebody does to a WebSocket. */
    interface Deed {
        void to(RawWebSocket webSocket) throws Exception;
    }

    /** A deed, and how the relay ends the WebSocket. */
    record Case(String name, Deed deed, int code, String reason) {
        static Case violation(String name, Deed deed, String reason) {
            return new Case(name, deed, CloseCode.VIOLATION.code(), reason);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> strangers() {
        return Stream.of(
                Case.violation("text", w -> w.sendMessage(FIN | TEXT, utf8("{}")), "whole binary"),
                Case.violation(
                        "a fragment", w -> w.sendMessage(BINARY, new byte[8]), "unfragmented"),
                Case.violation(
                        "a storm of fragments",
                        w -> {
                            w.sendMessage(BINARY);
                            for (int i = 0; i < 20_000; i++) {
                                w.sendMessage(CONTINUATION, (byte) 1);
                            }
                        },
                        "unfragmented"),
                new Case(
                        "a continuation of nothing",
                        w -> w.sendMessage(FIN | CONTINUATION),
                        CloseCode.VIOLATION.code(),
                        ""),
                new Case(
                        "compressed",
                        w -> w.sendMessage(FIN | RSV1 | BINARY, new byte[8]),
                        CloseCode.VIOLATION.code(),
                        ""),
                new Case(
                        "a reserved opcode",
                        w -> w.sendMessage(FIN | RESERVED),
                        CloseCode.VIOLATION.code(),
                        ""),
                new Case(
                        "not masked",
                        w -> w.sendBytes(FIN | BINARY, 1, 0),
                        CloseCode.VIOLATION.code(),
                        ""),
                new Case(
                        "too large",
                        w -> w.sendMessage(FIN | BINARY, new byte[65_545]),
                        CloseCode.VIOLATION.code(),
                        ""),
                new Case(
                        "said to be huge",
                        w ->
                                w.sendBytes(
                                        FIN | BINARY,
                                        0xFF,
                                        0x7F,
                                        -1,
                                        -1,
                                        -1,
                                        -1,
                                        -1,
                                        -1,
                                        -1,
                                        0,
                                        0,
                                        0,
                                        0),
                        CloseCode.VIOLATION.code(),
                        ""),
                Case.violation(
                        "no header",
                        w -> w.sendMessage(FIN | BINARY, new byte[7]),
                        "has no header"),
                Case.violation("nothing in it", w -> w.sendMessage(FIN | BINARY), "has no header"),
                Case.violation("an unknown type", w -> w.send(0x55, 0), "unknown frame type 85"),
                Case.violation(
                        "the relay's own frame",
                        w -> w.send(0x02, 0, utf8("{}")),
                        "WELCOME is not for"),
                Case.violation(
                        "PING before HELLO", w -> w.send(PING, 0, new byte[8]), "before HELLO"),
                Case.violation(
                        "DATA before HELLO", w -> w.send(DATA, 1, new byte[9]), "before HELLO"),
                Case.violation(
                        "HELLO on a stream", w -> w.send(0x01, 1, utf8("{}")), "on stream 1"),
                Case.violation(
                        "HELLO that is no JSON", w -> w.send(0x01, 0, utf8("hello")), "HELLO"),
                Case.violation(
                        "HELLO of bytes", w -> w.send(0x01, 0, (byte) -1, (byte) 0), "HELLO"),
                Case.violation("HELLO that is a list", w -> w.send(0x01, 0, utf8("[]")), "HELLO"),
                Case.violation("HELLO without members", w -> w.send(0x01, 0, utf8("{}")), "HELLO"),
                Case.violation(
                        "HELLO that is deep",
                        w -> w.send(0x01, 0, utf8("{\"a\":".repeat(10_000))),
                        "HELLO"),
                Case.violation(
                        "HELLO that says a thing twice",
                        w -> w.send(0x01, 0, utf8("{\"version\":1,\"version\":1}")),
                        "HELLO"),
                Case.violation(
                        "HELLO with text after it",
                        w -> w.send(0x01, 0, utf8("{\"version\":1} {}")),
                        "HELLO"),
                Case.violation(
                        "HELLO with a number that is huge",
                        w -> w.send(0x01, 0, utf8("{\"version\":" + "9".repeat(60_000) + "}")),
                        "HELLO"),
                new Case("nothing", _ -> {}, CloseCode.HELLO_REFUSED.code(), "no HELLO in time"));
    }

    @ParameterizedTest
    @MethodSource
    void strangers(Case each) throws Exception {
        try (RawWebSocket webSocket = new RawWebSocket(relay().httpsPort())) {
            each.deed.to(webSocket);
            assertEnd(each, webSocket.awaitEnd());
        }
    }

    static Stream<Case> agents() {
        return Stream.of(
                Case.violation("HELLO again", w -> w.send(hello("again", false)), "HELLO"),
                Case.violation("PING of 7 bytes", w -> w.send(PING, 0, new byte[7]), "PING"),
                Case.violation(
                        "PING on a stream", w -> w.send(PING, 1, new byte[8]), "PING on stream 1"),
                Case.violation(
                        "DATA of the tunnel",
                        w -> w.send(DATA, 0, new byte[3]),
                        "DATA on stream 0"),
                Case.violation(
                        "DATA of no stream", w -> w.send(DATA, 99, new byte[3]), "stream 99"),
                Case.violation("CREDIT of no stream", w -> w.send(CREDIT, 99, u32(1)), "stream 99"),
                Case.violation("CLOSE of no stream", w -> w.send(CLOSE, 99), "stream 99"),
                Case.violation("CANCEL", w -> w.send(0x08, STREAM, u32(1)), "CANCEL is not for"),
                Case.violation(
                        "more DATA than the relay has room for",
                        w -> {
                            for (int i = 0; i < 200; i++) {
                                w.send(DATA, STREAM, messages(32_000));
                            }
                        },
                        "credit"),
                Case.violation("CREDIT of 0", w -> w.send(CREDIT, STREAM, u32(0)), "CREDIT of 0"),
                Case.violation(
                        "CREDIT that is negative",
                        w -> w.send(CREDIT, STREAM, u32(-1)),
                        "CREDIT of 4294967295"),
                Case.violation(
                        "CREDIT without end",
                        w -> {
                            w.send(CREDIT, STREAM, u32(Integer.MAX_VALUE));
                            w.send(CREDIT, STREAM, u32(Integer.MAX_VALUE));
                        },
                        "credit overflow"),
                Case.violation(
                        "CREDIT of 3 bytes", w -> w.send(CREDIT, STREAM, new byte[3]), "CREDIT"),
                Case.violation(
                        "ACCEPT again", w -> w.send(new Frame.Accept(STREAM)), "second ACCEPT"),
                Case.violation(
                        "REJECT after ACCEPT",
                        w ->
                                w.send(
                                        0x05,
                                        STREAM,
                                        utf8("{\"sqlstate\":\"57P01\",\"message\":\"no\"}")),
                        "REJECT of accepted"),
                Case.violation(
                        "CLOSE that is no JSON", w -> w.send(CLOSE, STREAM, utf8("bye")), "CLOSE"),
                Case.violation(
                        "ACK of what was never sent", w -> w.send(ACK, 0, u64(1_000)), "ACK of"),
                Case.violation(
                        "ACK that takes another back",
                        w -> {
                            w.send(ACK, 0, u64(1));
                            w.send(ACK, 0, u64(0));
                        },
                        "ACK of"),
                Case.violation("ACK that is negative", w -> w.send(ACK, 0, u64(-1)), "ACK of"));
    }

    /** With a client in a session: it hears that the tunnel is gone. */
    @ParameterizedTest
    @MethodSource
    void agents(Case each) throws Exception {
        String name = "hostile-" + Integer.toHexString(each.name.hashCode());
        try (RawWebSocket webSocket = new RawWebSocket(relay().httpsPort());
                RawPostgres client = session(webSocket, name)) {
            each.deed.to(webSocket);
            assertEnd(each, webSocket.awaitEnd());
            assertThat(client.awaitError()).isEqualTo("08006");
        }
    }

    @Test
    void a_frame_of_a_kind_to_come_is_ignored() throws Exception {
        try (RawWebSocket webSocket = new RawWebSocket(relay().httpsPort())) {
            webSocket.send(0x95, 0, new byte[50]);
            webSocket.send(hello("to-come", false));
            webSocket.readUntil(0x02);
            webSocket.send(0xFF, 7, new byte[50]);
            webSocket.send(PING, 0, u64(42));
            assertThat(webSocket.readUntil(0x0B)).endsWith(u64(42));
        }
    }

    @Test
    void data_behind_close_is_ignored_and_data_behind_both_closes_is_a_violation()
            throws Exception {
        try (RawWebSocket webSocket = new RawWebSocket(relay().httpsPort());
                RawPostgres client = session(webSocket, "behind-close")) {
            webSocket.send(CLOSE, STREAM, utf8("{\"sqlstate\":\"57P02\",\"message\":\"it died\"}"));
            assertThat(client.awaitError()).isEqualTo("57P02");
            webSocket.readUntil(CLOSE);
            webSocket.send(DATA, STREAM, new byte[3]);
            assertThat(webSocket.awaitEnd().code()).isEqualTo(CloseCode.VIOLATION.code());
        }
    }

    @Test
    void an_agent_that_asks_and_never_listens_fills_no_memory() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        // so many buffers are slow to watch
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        try (RawWebSocket webSocket = new RawWebSocket(relay().httpsPort())) {
            webSocket.send(hello("never-listens", false));
            webSocket.readUntil(0x02);
            long deadline = System.nanoTime() + ENOUGH.toNanos();
            assertThatThrownBy(
                            () -> {
                                // the answers would take gigabytes
                                while (System.nanoTime() < deadline) {
                                    webSocket.sendTimes(1_000, PING, 0, u64(42));
                                }
                            })
                    .as("the relay has had enough")
                    .isInstanceOf(IOException.class);
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private static void assertEnd(Case each, End end) {
        assertThat(end.code()).as(end.reason()).isEqualTo(each.code);
        assertThat(end.reason()).contains(each.reason);
    }

    /** Opens a tunnel and lets a client in, which waits for the answer to a Query. */
    private static RawPostgres session(RawWebSocket webSocket, String name) throws Exception {
        webSocket.send(hello(name, true));
        webSocket.readUntil(0x02);
        RawPostgres client = new RawPostgres(relay().postgresPort(), "guest." + name);
        webSocket.readUntil(0x03);
        webSocket.send(new Frame.Accept(STREAM));
        webSocket.readUntil(DATA);
        webSocket.send(new Frame.Data(STREAM, Unpooled.wrappedBuffer(START), true));
        client.query();
        webSocket.readUntil(DATA);
        return client;
    }

    /** A message of rows that a client does not understand, and reads all the same. */
    private static byte[] messages(int size) {
        return ByteBuffer.allocate(size).put((byte) 'D').putInt(size - 1).array();
    }

    private static Frame.Hello hello(String name, boolean resumable) {
        return new Frame.Hello(
                "hostile",
                name,
                null,
                null,
                List.of(new Frame.User("guest", null, null)),
                List.of(),
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                Frame.Hello.MIN_WINDOW,
                resumable,
                null);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] u32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] u64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static Relay relay() {
        return Objects.requireNonNull(relay);
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
