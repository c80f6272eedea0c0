package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.testing.FirstPackets;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.front.testing.ScriptedBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session whose backend will be gone soon. */
@Timeout(60)
class EndWhenIdleTest {
    private static final byte[] IN_TRANSACTION = {'Z', 0, 0, 0, 5, 'T'};
    private static final byte[] IN_FAILED_TRANSACTION = {'Z', 0, 0, 0, 5, 'E'};
    private static final byte[] IDLE = {'Z', 0, 0, 0, 5, 'I'};
    private static final byte[] PARSE_COMPLETE = {'1', 0, 0, 0, 4};

    private final ScriptedBackend backend = ScriptedBackend.willing();
    private final FrontFixture front =
            FrontFixture.start(FrontSettings.on("127.0.0.1", 0).withTlsRequired(false), backend);
    private RawClient client;

    @BeforeEach
    void login() throws Exception {
        client = new RawClient(front.port());
        client.send(FirstPackets.startup(FirstPackets.V3_0, "user", "guest"));
        client.readUntil('Z');
        backend.batches.take();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        front.close();
    }

    @Test
    void an_idle_session_ends_at_once() throws Exception {
        backend.endWhenIdle(Refusals.draining());

        assertEnded();
    }

    @Test
    void a_notification_between_batches_is_passed_on_and_the_session_stays_idle() throws Exception {
        backend.send(
                RawClient.message('A', "\0\0\0\1news\0now\0".getBytes(StandardCharsets.UTF_8)));
        client.readUntil('A');
        query("select 1");
        backend.answer();
        client.readUntil('Z');
        backend.send(
                RawClient.message('A', "\0\0\0\1news\0now\0".getBytes(StandardCharsets.UTF_8)));
        client.readUntil('A');

        backend.endWhenIdle(Refusals.draining());

        assertEnded();
    }

    @Test
    void a_statement_is_answered_before_the_end() throws Exception {
        query("select 1");
        backend.endWhenIdle(Refusals.draining());
        backend.answer();

        assertThat(client.readUntil('Z').body()).containsExactly('I');
        assertEnded();
    }

    @Test
    void a_transaction_goes_on_until_its_end() throws Exception {
        query("begin");
        backend.sendLast(IN_TRANSACTION);
        client.readUntil('Z');

        backend.endWhenIdle(Refusals.draining());
        query("select 1/0");
        backend.sendLast(IN_FAILED_TRANSACTION);
        assertThat(client.readUntil('Z').body()).containsExactly('E');
        query("rollback");
        backend.sendLast(IDLE);

        assertThat(client.readUntil('Z').body()).containsExactly('I');
        assertEnded();
    }

    @Test
    void what_was_flushed_and_not_synced_goes_on_until_its_sync() throws Exception {
        client.send(RawClient.message('H', new byte[0]));
        backend.batches.take();
        backend.sendLast(PARSE_COMPLETE);
        client.readUntil('1');

        backend.endWhenIdle(Refusals.draining());
        client.send(RawClient.message('S', new byte[0]));
        backend.batches.take();
        backend.sendLast(IDLE);

        assertThat(client.readUntil('Z').body()).containsExactly('I');
        assertEnded();
    }

    private void query(String sql) throws IOException, InterruptedException {
        client.send(RawClient.message('Q', (sql + "\0").getBytes(StandardCharsets.UTF_8)));
        backend.batches.take();
    }

    private void assertEnded() throws IOException {
        assertThat(client.read().error().sqlState()).isEqualTo("57P01");
        assertThat(client.isClosedByServer()).isTrue();
    }
}
