package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.testing.FirstPackets;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.front.testing.ScriptedBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One session, from the client's socket to a backend that a test holds in its hand. */
@Timeout(60)
class SessionFlowTest {
    private static final long LARGE = 200_000_000;

    /** What kernels keep for a socket that nobody reads, and more. */
    private static final long SOCKET_BUFFERS = 32_000_000;

    @Test
    void a_client_that_does_not_read_stops_the_backend_and_misses_nothing_later() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = login(front)) {
            query(client);
            backend.batches.take();
            // the header of a message of LARGE bytes, whose body the flood is
            backend.send(ByteBuffer.allocate(5).put((byte) 'D').putInt((int) LARGE + 4).array());
            backend.flood(LARGE);

            awaitStandstill(backend);
            assertThat(backend.sent.get()).isLessThan(SOCKET_BUFFERS);

            assertThat(client.readUntil('D').body()).hasSize((int) LARGE);
            backend.answer();
            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void a_backend_that_does_not_take_bytes_stops_the_client() throws Exception {
        ScriptedBackend backend = ScriptedBackend.stalled();
        try (FrontFixture front = start(backend);
                RawClient client = login(front)) {
            backend.batches.take();
            long before = backend.received.get();
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    client.send(RawClient.message('Q', new byte[(int) LARGE / 4]));
                                } catch (IOException e) {
                                    // the test is over
                                }
                            });
            long last = -1;
            while (backend.received.get() != last) {
                last = backend.received.get();
                sender.join(Duration.ofMillis(300));
            }

            assertThat(backend.received.get() - before).isBetween(1L, 1_000_000L);
            assertThat(sender.isAlive()).isTrue();
        }
    }

    @Test
    void a_cancel_request_reaches_the_running_batch_and_no_other() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.startup(FirstPackets.V3_2, "user", "guest"));
            ByteBuffer keyData = ByteBuffer.wrap(client.readUntil('K').body());
            int processId = keyData.getInt();
            byte[] key = new byte[keyData.remaining()];
            keyData.get(key);
            client.readUntil('Z');

            cancel(front, processId, key);
            query(client);
            query(client);
            assertThat(backend.batches.take()).isEqualTo(1);
            assertThat(backend.batches.take()).isEqualTo(2);
            assertThat(backend.batches.take()).isEqualTo(3);
            byte[] wrong = key.clone();
            wrong[31] ^= 1;
            cancel(front, processId, wrong);
            cancel(front, processId + 1, key);
            cancel(front, processId, key);
            assertThat(backend.cancels.poll(10, TimeUnit.SECONDS)).isEqualTo(2);

            backend.answer();
            client.readUntil('Z');
            cancel(front, processId, key);
            assertThat(backend.cancels.poll(10, TimeUnit.SECONDS)).isEqualTo(3);

            backend.answer();
            client.readUntil('Z');
            cancel(front, processId, key);
            query(client);
            backend.batches.take();
            // the session's thread has seen the late request by now, and let it pass
            assertThat(backend.cancels).isEmpty();
        }
    }

    @Test
    void a_copy_takes_its_data_as_a_batch_and_can_be_cancelled_before_that_is_whole()
            throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
            ByteBuffer keyData = ByteBuffer.wrap(client.readUntil('K').body());
            client.readUntil('Z');
            byte[] copyInResponse = RawClient.message('G', new byte[3]);
            client.sendMessage('Q', "COPY t FROM STDIN");
            client.sendMessage('d', "sent before the answer");
            client.send(RawClient.message('c', new byte[0]));
            assertThat(backend.batches.take()).isEqualTo(1);
            assertThat(backend.batches.take()).isEqualTo(2);
            backend.sendLast(copyInResponse);
            client.readUntil('G');
            assertThat(backend.batches.take()).isEqualTo(3);
            backend.sendLast(copyInResponse);
            client.readUntil('G');

            client.sendMessage('d', "of the second COPY in the same Query");
            byte[] key = new byte[4];
            int processId = keyData.getInt();
            keyData.get(key);
            cancel(front, processId, key);
            assertThat(backend.cancels.poll(10, TimeUnit.SECONDS)).isEqualTo(4);
            backend.answer();
            client.readUntil('Z');
            assertThat(backend.batches.take()).isEqualTo(4);

            client.sendMessage('d', "which nobody wants any more");
            query(client);
            assertThat(backend.batches.take()).isEqualTo(5);
        }
    }

    @Test
    void terminate_closes_the_session_behind_what_was_sent() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = login(front)) {
            client.send(
                    FirstPackets.concat(
                            RawClient.message('Q', "SELECT 1\0".getBytes(StandardCharsets.UTF_8)),
                            RawClient.message('X', new byte[0])));

            assertThat(backend.batches.take()).isEqualTo(1);
            assertThat(backend.batches.take()).isEqualTo(2);
            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void an_end_between_messages_is_told_and_one_inside_a_message_is_not() throws Exception {
        ScriptedBackend between = ScriptedBackend.willing();
        try (FrontFixture front = start(between);
                RawClient client = login(front)) {
            between.end(Refusals.agentLost());
            assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08006");
        }
        ScriptedBackend inside = ScriptedBackend.willing();
        try (FrontFixture front = start(inside);
                RawClient client = login(front)) {
            query(client);
            inside.batches.take();
            inside.send(new byte[] {'D', 0, 0, 0, 100, 1, 2, 3});
            inside.end(Refusals.agentLost());
            // what comes is the piece of the message, and then the end of the connection
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_message_that_is_none_ends_the_session_with_08P01() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = login(front)) {
            client.send(RawClient.message('~', new byte[10]));

            assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08P01");
            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(backend.batches).hasSize(1);
        }
    }

    @Test
    void a_backend_that_does_not_start_is_57P03() throws Exception {
        ScriptedBackend backend = ScriptedBackend.silent();
        FrontSettings usual = FrontSettings.on("127.0.0.1", 0);
        FrontSettings hasty =
                new FrontSettings(
                        usual.host(),
                        usual.port(),
                        false,
                        usual.tlsTimeout(),
                        usual.loginTimeout(),
                        Duration.ofMillis(300),
                        false,
                        usual.connections(),
                        usual.attempts(),
                        usual.proxyProtocol(),
                        usual.tcp(),
                        usual.idleStatus());
        try (FrontFixture front = FrontFixture.start(hasty, backend);
                RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));

            assertThat(client.readUntil('E').error().sqlState()).isEqualTo("57P03");
            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_start_that_never_ends_is_cut_off() throws Exception {
        ScriptedBackend backend = ScriptedBackend.silent();
        try (FrontFixture front = start(backend);
                RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
            backend.batches.take();
            backend.flood(LARGE);

            assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08P01");
            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_start_that_makes_no_sense_is_08P01() throws Exception {
        for (byte[] answer :
                new byte[][] {{'S', 0, 0, 0, 3}, {'S', 0, 0, 0, 99, 'x'}, {'Z', 0, 0}}) {
            ScriptedBackend backend = ScriptedBackend.silent();
            try (FrontFixture front = start(backend);
                    RawClient client = new RawClient(front.port())) {
                client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
                backend.batches.take();
                backend.sendLast(answer);

                assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08P01");
                assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void options_that_make_no_sense_take_no_slot() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend)) {
            try (RawClient client = new RawClient(front.port())) {
                client.send(
                        FirstPackets.startup(FirstPackets.V3_0, "user", "guest", "options", "-x"));
                assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08P01");
            }
            login(front).close();
        }
    }

    @Test
    void a_client_that_sends_much_too_early_is_read_again() throws Exception {
        ScriptedBackend backend = ScriptedBackend.silent();
        try (FrontFixture front = start(backend);
                RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
            backend.batches.take();
            // outside of a COPY these are dropped, and leave nothing that is underway
            client.send(RawClient.message('d', new byte[300_000]));
            backend.sendLast(new byte[] {'Z', 0, 0, 0, 5, 'I'});
            client.readUntil('Z');
            client.send(RawClient.message('X', new byte[0]));

            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_refusal_arrives_though_the_client_sends_on() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend);
                RawClient client = new RawClient(front.port())) {
            client.send(new byte[] {0, 1, 0, 0}, new byte[300_000]);

            assertThat(client.readUntil('E').error().sqlState()).isEqualTo("08P01");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void the_backend_is_free_again_when_its_client_is_gone() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing();
        try (FrontFixture front = start(backend)) {
            RawClient first = login(front);
            try (RawClient second = new RawClient(front.port())) {
                second.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
                assertThat(second.readUntil('E').error().sqlState()).isEqualTo("53300");
                assertThat(front.nextRefused().reason()).isEqualTo(Reason.OCCUPIED);
            }
            first.close();
            assertThat(backend.closed.await(10, TimeUnit.SECONDS)).isTrue();

            login(front).close();
        }
    }

    private static FrontFixture start(ScriptedBackend backend) {
        return FrontFixture.start(FrontSettings.on("127.0.0.1", 0).withTlsRequired(false), backend);
    }

    private static RawClient login(FrontFixture front) throws IOException {
        RawClient client = new RawClient(front.port());
        client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
        client.readUntil('Z');
        return client;
    }

    private static void query(RawClient client) throws IOException {
        client.sendMessage('Q', "SELECT 1");
    }

    /** Sends a request on a connection of its own, and waits until the server has read it. */
    private static void cancel(FrontFixture front, int processId, byte[] key) throws IOException {
        try (RawClient client = new RawClient(front.port())) {
            client.send(FirstPackets.cancelRequest(processId, key));
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** Waits until the backend has sent nothing for a while, since it may not. */
    private static void awaitStandstill(ScriptedBackend backend) throws InterruptedException {
        long last = -1;
        while (backend.sent.get() != last) {
            last = backend.sent.get();
            backend.cancels.poll(500, TimeUnit.MILLISECONDS);
        }
    }
}
