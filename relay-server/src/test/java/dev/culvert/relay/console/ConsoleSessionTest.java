package dev.culvert.relay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.admin.Health;
import dev.culvert.relay.admin.Operations;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of the console that does what drivers do not. */
class ConsoleSessionTest implements BackendEvents {
    private static final int LINES = 60_000;

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService clientThread = Executors.newSingleThreadExecutor();
    private final ByteBuf received = Unpooled.buffer();
    private final ConsoleSession session;
    private int answers;
    private int sent;
    private @Nullable Refusal ended;

    @TempDir private static Path directory;

    ConsoleSessionTest() {
        Operations operations =
                new Operations(
                        "test/1",
                        "relay.test",
                        () -> DrainSettings.DEFAULTS,
                        new TunnelRegistry(Duration.ZERO),
                        new LiveSessions(),
                        new Health(
                                CertificateSet.of(
                                        DevelopmentCa.openOrCreate(directory, Clock.systemUTC())
                                                .serverCertificate(
                                                        new LinkedHashSet<>(Set.of("localhost")))),
                                InstantSource.system()),
                        new SimpleMeterRegistry(),
                        () ->
                                IntStream.range(0, LINES)
                                        .mapToObj(i -> new ConfigLine("key" + i, "value", "here"))
                                        .toList());
        session =
                new ConsoleSession(
                        vertx,
                        new Commands(operations),
                        new SessionRequest(
                                "1",
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                                new StartupMessage(
                                        ProtocolVersion.V3_0,
                                        new LinkedHashMap<>(Map.of("user", "admin"))),
                                clientThread),
                        this);
        send("startup");
        await().until(() -> call(() -> answers) == 1);
        call(() -> {
            assertThat(types(received)).matches("S+");
            session.consumed(received.readableBytes());
            received.clear();
            return true;
        });
    }

    @AfterEach
    void stop() throws Exception {
        call(() -> {
            session.close();
            return true;
        });
        clientThread.shutdown();
        assertThat(clientThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        vertx.close().await();
    }

    @Test
    void rows_are_made_as_the_client_takes_them() {
        send(message('Q', "SHOW CONFIG\0"));
        await().until(() -> call(received::readableBytes) > 0);
        int most = AnswerStream.MAX_UNCONSUMED + 40_000;
        int total = 0;
        while (call(() -> answers) == 1) {
            total +=
                    call(() -> {
                        int size = received.readableBytes();
                        assertThat(size).isLessThan(most);
                        if (answers == 1) {
                            received.clear();
                            session.consumed(size);
                        }
                        return size;
                    });
        }
        assertThat(total).isGreaterThan(2 * most);
        assertThat(call(() -> types(received))).matches("D*CZ");
    }

    @Test
    void a_cancel_ends_the_rows() {
        send(message('Q', "SHOW CONFIG\0"));
        await().until(() -> call(received::readableBytes) > 0);
        call(() -> {
            session.cancel(2);
            session.consumed(received.readableBytes());
            return true;
        });
        await().until(() -> call(() -> answers) == 2);
        assertThat(call(() -> types(received))).matches("TD+EZ");
        assertThat(call(() -> received.toString(StandardCharsets.UTF_8))).contains("C57014");
    }

    @Test
    void after_an_error_all_is_skipped_up_to_sync() {
        send(
                message('P', "\0SHOW\0\0\0"),
                message('B', "\0\0\0\0\0\0\0\0"),
                message('E', "\0\0\0\0\0"),
                message('S', ""));
        await().until(() -> call(() -> answers) == 2);
        assertThat(call(() -> types(received))).isEqualTo("EZ");
    }

    @Test
    void the_extended_protocol_describes_and_suspends() {
        send(
                message('P', "s\0SHOW CONFIG\0\0\0"),
                message('D', "Ss\0"),
                message('B', "p\0s\0\0\0\0\0\0\0"),
                message('D', "Pp\0"),
                message('E', "p\0\0\0\0\2"),
                message('E', "p\0\0\0\0\1"),
                message('C', "Sp\0"),
                message('P', "\0\0\0\0"),
                message('B', "\0\0\0\0\0\0\0\0"),
                message('E', "\0\0\0\0\0"),
                message('S', ""));
        await().until(() -> call(() -> answers) == 2);
        assertThat(call(() -> types(received))).isEqualTo("1tT2TDDsDs312IZ");
    }

    @Test
    void function_calls_are_not_supported() {
        send(message('F', "\0\0\0\1"));
        await().until(() -> call(() -> answers) == 2);
        assertThat(call(() -> received.toString(StandardCharsets.UTF_8))).contains("C0A000");
        assertThat(call(() -> types(received))).isEqualTo("EZ");
    }

    @Test
    void more_than_anybody_types_ends_the_session() {
        send(message('Q', "-".repeat(ConsoleSession.MAX_BATCH) + "\0"));
        await().until(() -> call(() -> ended != null && ended.reason() == Reason.BATCH_TOO_LARGE));
    }

    @Test
    void lengths_that_point_out_of_their_message_end_the_session() {
        send(message('P', "\0SHOW HELP\0\0\0"), message('B', "\0\0\0\5\0"), message('S', ""));
        await().until(() ->
                call(() -> ended != null && ended.reason() == Reason.PROTOCOL_VIOLATION));
    }

    @Test
    void what_waits_behind_a_batch_is_answered_in_order_and_reported() {
        for (int i = 0; i < 100; i++) {
            send(message('Q', "SHOW VERSION\0"));
        }
        await().until(() -> call(() -> answers) == 101);
        assertThat(call(() -> types(received))).isEqualTo("TDCZ".repeat(100));
        assertThat(call(() -> sent)).isEqualTo("startup".length() + 100 * 18);
    }

    private void send(String... messages) {
        byte[] bytes = String.join("", messages).getBytes(StandardCharsets.ISO_8859_1);
        call(() -> {
            session.send(Unpooled.wrappedBuffer(bytes), true);
            return true;
        });
    }

    private static String message(char type, String body) {
        ByteBuf length = Unpooled.buffer().writeInt(body.length() + 4);
        return type + length.toString(StandardCharsets.ISO_8859_1) + body;
    }

    private static String types(ByteBuf messages) {
        StringBuilder types = new StringBuilder();
        int at = messages.readerIndex();
        while (at < messages.writerIndex()) {
            types.append((char) messages.getByte(at));
            at += 1 + messages.getInt(at + 1);
        }
        return types.toString();
    }

    private <T> T call(Callable<T> action) {
        try {
            return clientThread.submit(action).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    // on the client's thread

    @Override
    public void onData(ByteBuf bytes, boolean endOfAnswer) {
        received.writeBytes(bytes);
        bytes.release();
        answers += endOfAnswer ? 1 : 0;
    }

    @Override
    public void onSent(int bytes) {
        sent += bytes;
    }

    @Override
    public void onEndWhenIdle(Refusal reason) {
        throw new AssertionError("nothing drains");
    }

    @Override
    public void onNotice(ErrorResponse notice) {
        throw new AssertionError("nothing is noticed");
    }

    @Override
    public void onEnd(Refusal reason) {
        ended = reason;
    }
}
