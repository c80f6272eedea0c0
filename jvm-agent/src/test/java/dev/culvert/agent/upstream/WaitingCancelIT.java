package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cancels that overtake the batch that they mean. */
class WaitingCancelIT {
    private static UpstreamServer server;

    private final Vertx vertx = Vertx.vertx();
    private final EventLoop thread =
            ((VertxInternal) vertx).createEventLoopContext().nettyEventLoop();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        server = UpstreamServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_batch_that_has_not_come_yet_is_refused_without_the_server() throws Exception {
        try (UpstreamBackend backend = backend()) {
            BackendSession session = open(backend);
            act(() -> {
                session.cancel(2);
                send(session, query("CREATE TABLE never (i int)"));
                send(session, query("SELECT to_regclass('never') IS NULL"));
            });
            assertThat(answer()).contains("57014").endsWith("I");
            assertThat(answer()).contains("SELECT 1").doesNotContain("57014");
            act(session::close);
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void what_follows_the_cancelled_part_of_a_round_is_skipped_up_to_its_sync() throws Exception {
        try (UpstreamBackend backend = backend()) {
            BackendSession session = open(backend);
            act(() -> {
                session.cancel(2);
                send(session, parse("CREATE TABLE never (i int)").writeBytes(message('H', "")));
                send(session, message('S', ""));
                send(session, query("SELECT 1"));
            });
            assertThat(answer()).startsWith("E").contains("57014");
            assertThat(answer()).startsWith("Z").endsWith("I");
            assertThat(answer()).contains("SELECT 1");
            act(session::close);
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void in_a_transaction_the_server_cancels_and_the_transaction_fails() throws Exception {
        try (UpstreamBackend backend = backend()) {
            BackendSession session = open(backend);
            act(() -> send(session, query("BEGIN")));
            assertThat(answer()).endsWith("T");
            act(() -> {
                session.cancel(3);
                send(session, query("SELECT pg_sleep(60)"));
            });
            assertThat(answer()).contains("57014").endsWith("E");
            act(session::close);
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void a_late_cancel_hits_nothing() throws Exception {
        try (UpstreamBackend backend = backend()) {
            BackendSession session = open(backend);
            act(() -> send(session, query("SELECT 1")));
            assertThat(answer()).contains("SELECT 1");
            act(() -> {
                session.cancel(2);
                send(session, query("SELECT pg_sleep(0.2)"));
            });
            assertThat(answer()).contains("SELECT 1").endsWith("I");
            act(session::close);
        } finally {
            vertx.close().await();
        }
    }

    private UpstreamBackend backend() {
        return UpstreamBackend.toShare(vertx, UpstreamAddress.parse(server.url("scram", "")));
    }

    private BackendSession open(UpstreamBackend backend) throws Exception {
        StartupMessage startup =
                new StartupMessage(
                        ProtocolVersion.V3_0,
                        new LinkedHashMap<>(
                                Map.of("user", "client", "database", UpstreamServer.DATABASE)));
        SessionRequest request =
                new SessionRequest(
                        "s1",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        startup,
                        thread);
        BackendSession session = thread.submit(() -> backend.open(request, new Recorder())).get();
        act(() -> {
            ByteBuf bytes = Unpooled.buffer();
            startup.writeTo(bytes);
            session.send(bytes, true);
        });
        assertThat(answer()).contains("server_version").endsWith("I");
        return session;
    }

    private void act(Runnable action) throws Exception {
        thread.submit(action).get(10, TimeUnit.SECONDS);
    }

    private String answer() throws InterruptedException {
        String answer = answers.poll(20, TimeUnit.SECONDS);
        return answer == null ? "none in time" : answer;
    }

    private static void send(BackendSession session, ByteBuf batch) {
        session.send(batch, true);
    }

    private static ByteBuf query(String sql) {
        return message('Q', sql + '\0');
    }

    private static ByteBuf parse(String sql) {
        return message('P', '\0' + sql + "\0\0\0");
    }

    private static ByteBuf message(char type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return Unpooled.buffer()
                .writeByte(type)
                .writeInt(Integer.BYTES + bytes.length)
                .writeBytes(bytes);
    }

    /** Collects answers as texts. */
    private final class Recorder implements BackendEvents {
        private final StringBuilder answer = new StringBuilder();

        @Override
        public void onData(ByteBuf bytes, boolean endOfAnswer) {
            answer.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
            if (endOfAnswer) {
                answers.add(answer.toString());
                answer.setLength(0);
            }
        }

        @Override
        public void onSent(int bytes) {
            // nobody waits
        }

        @Override
        public void onEndWhenIdle(Refusal reason) {
            answers.add("end when idle");
        }

        @Override
        public void onNotice(ErrorResponse notice) {
            answers.add("notice");
        }

        @Override
        public void onEnd(Refusal reason) {
            answers.add("end: " + reason.error().message());
        }
    }
}
