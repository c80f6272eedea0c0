package dev.culvert.relay.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.relay.hostile.RawWebSocket.End;
import dev.culvert.tunnel.frame.Frame;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Agents whose frames are right and whose connections are not. */
@Timeout(120)
class HostileConnectionTest {
    private static final int DATA = 0x06;
    private static final int CLOSE = 0x09;
    private static final int PONG = 0x0B;
    private static final int FIN_BINARY = RawWebSocket.FIN | RawWebSocket.BINARY;

    private static @Nullable AttackedRelay relay;
    private static @Nullable LeakReports leaks;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        leaks = new LeakReports();
        relay = new AttackedRelay(directory);
    }

    @AfterAll
    static void nothing_has_leaked() throws Exception {
        relay().close();
        try (LeakReports reports = Objects.requireNonNull(leaks)) {
            assertThat(reports.all()).isEmpty();
        }
    }

    @Test
    void a_socket_may_close_anywhere_in_the_handshake_and_in_a_frame() throws Exception {
        int length = RawWebSocket.upgrade().length();
        for (int bytes = 0; bytes <= length; bytes += 23) {
            new RawWebSocket(relay().httpsPort(), bytes).close();
        }
        int[] frame = {FIN_BINARY, 0xFE, 0, 200, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, '{'};
        for (int bytes = 0; bytes <= frame.length; bytes += 2) {
            try (RawWebSocket agent = new RawWebSocket(relay().httpsPort())) {
                agent.sendBytes(Arrays.copyOf(frame, bytes));
            }
        }
        try (RawWebSocket agent = new RawWebSocket(relay().httpsPort())) {
            agent.sendMessage(RawWebSocket.FIN | RawWebSocket.CLOSE, (byte) 3, (byte) 0xE8);
            assertThat(agent.awaitEnd().code()).isEqualTo(1000);
        }
        try (RawWebSocket agent = relay().agent("after-them", false)) {
            agent.send(new Frame.Ping(7));
            assertThat(agent.readUntil(PONG)).endsWith(7);
        }
    }

    @Test
    void an_agent_whose_half_of_the_socket_is_closed_is_lost() throws Exception {
        try (RawWebSocket agent = relay().agent("half", false);
                RawPostgres client = relay().client("half", agent)) {
            agent.shutdownOutput();

            assertThat(agent.awaitEnd()).isEqualTo(End.WITHOUT_CODE);
            assertThat(client.awaitError()).isEqualTo("08006");
        }
    }

    @Test
    void what_ends_a_tunnel_is_logged_as_the_agent_is_told_it() throws Exception {
        try (RawWebSocket agent = relay().agent("logged", true)) {
            agent.send(DATA, 9, new byte[3]);

            End end = agent.awaitEnd();

            assertThat(end.code()).isEqualTo(4000);
            awaitLog("logged", "violation: " + end.reason());
        }
        // nothing is to be resumed: the name is free
        relay().agent("logged", false).close();
    }

    @Test
    void a_payload_larger_than_agreed_is_a_violation() throws Exception {
        try (RawWebSocket agent = relay().agent("large", true);
                RawPostgres client = relay().client("large", agent)) {
            agent.send(DATA, 1, new byte[32_769]);

            assertThat(agent.awaitEnd()).isEqualTo(new End(4000, "DATA of 32769 bytes"));
            assertThat(client.awaitError()).isEqualTo("08006");
        }
    }

    @Test
    void frames_to_a_stream_that_the_relay_closed_are_ignored_until_the_agent_closes_it()
            throws Exception {
        try (RawWebSocket agent = relay().agent("closing", true)) {
            relay().client("closing", agent).close();
            agent.readUntil(CLOSE);
            agent.send(DATA, 1, new byte[10]);
            agent.send(new Frame.Credit(1, Integer.MAX_VALUE));
            agent.send(new Frame.Credit(1, Integer.MAX_VALUE));
            agent.send(new Frame.Close(1, null));
            agent.send(new Frame.Ping(5));
            assertThat(agent.readUntil(PONG)).endsWith(5);

            agent.send(new Frame.Close(1, null));

            assertThat(agent.awaitEnd().code()).isEqualTo(4000);
        }
    }

    @Test
    void a_resume_with_an_impossible_count_costs_the_connection_and_not_the_tunnel()
            throws Exception {
        try (RawWebSocket agent = new RawWebSocket(relay().httpsPort())) {
            agent.send(AttackedRelay.hello("resumed", true, null));
            byte[] welcome = agent.readUntil(0x02);
            String secret =
                    new JsonMapper()
                            .readTree(welcome, Frame.HEADER_BYTES, welcome.length - 8)
                            .at("/resume/secret")
                            .textValue();
            try (RawPostgres client = relay().client("resumed", agent)) {
                agent.send(new Frame.Ack(2));
                for (long received : new long[] {1, 1_000, Long.MAX_VALUE}) {
                    try (RawWebSocket again = new RawWebSocket(relay().httpsPort())) {
                        again.send(
                                AttackedRelay.hello(
                                        "resumed",
                                        true,
                                        new Frame.Resume("resumed", secret, received)));
                        assertThat(again.awaitEnd().code()).isEqualTo(4000);
                    }
                }
                client.query();
                assertThat(agent.readUntil(DATA)).contains('Q');
            }
        }
    }

    @Test
    void an_agent_that_never_acknowledges_is_sent_no_more_than_the_path_may_hold()
            throws Exception {
        try (RawWebSocket agent = relay().agent("silent", true);
                RawPostgres client = relay().client("silent", agent)) {
            Thread.startVirtualThread(() -> type(client, 2 * 1_024 * 1_024));
            int sent = 0;
            int frames = 2;
            agent.setPatience(Duration.ofSeconds(3));
            try {
                while (true) {
                    sent += agent.readUntil(DATA).length;
                    frames++;
                }
            } catch (SocketTimeoutException e) {
                // 131 072, and the frame that passes it
                assertThat(sent).isBetween(32_768, 131_072 + 32_768 + 8);
            }
            agent.setPatience(Duration.ofSeconds(20));

            agent.send(new Frame.Ack(frames));

            assertThat(agent.readUntil(DATA)).hasSizeGreaterThan(Frame.HEADER_BYTES);
        }
    }

    @Test
    void answers_to_websocket_pings_that_nobody_reads_fill_no_memory() throws Exception {
        ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
        // so many buffers are slow to watch
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        try (RawWebSocket agent = relay().agent("pings", true)) {
            ByteBuffer pings = ByteBuffer.allocate(131 * 1_000);
            while (pings.hasRemaining()) {
                pings.put((byte) (RawWebSocket.FIN | RawWebSocket.PING));
                pings.put((byte) (0x80 | 125)).put(new byte[4 + 125]);
            }
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 10_000; i++) {
                                    agent.sendRaw(pings.array());
                                }
                            })
                    .isInstanceOf(IOException.class);
            awaitLog("pings", "dead: the agent reads nothing of what it is sent");
        } finally {
            ResourceLeakDetector.setLevel(level);
        }
    }

    private static void type(RawPostgres client, int length) {
        try {
            client.query(" ".repeat(length));
        } catch (IOException e) {
            // closed before it was read
        }
    }

    private static void awaitLog(String tunnel, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(List.copyOf(relay().log()))
                                .anySatisfy(line -> assertThat(line).contains(tunnel, text)));
    }

    private static AttackedRelay relay() {
        return Objects.requireNonNull(relay);
    }
}
