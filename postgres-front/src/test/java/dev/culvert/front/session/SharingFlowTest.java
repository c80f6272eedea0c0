package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.QueueSharing;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.front.testing.ScriptedBackend;
import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that wait for each other, statements that run for too long, notices: through a socket.
 */
@Timeout(60)
class SharingFlowTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final SessionTimeouts PATIENT =
            new SessionTimeouts(LONG, LONG, Optional.empty(), LONG);

    @Test
    void clients_wait_in_order_and_hear_their_place() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing().with(new QueueSharing(2), PATIENT);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front)) {
            first.readUntil('Z');
            try (RawClient second = connect(front)) {
                assertThat(notice(second).message())
                        .isEqualTo(
                                "the database \"scripted\" is in use; your place in the queue is 1");
                try (RawClient third = connect(front)) {
                    assertThat(notice(third).message()).endsWith("is 2");
                    try (RawClient fourth = connect(front)) {
                        ErrorResponse full = fourth.readUntil('E').error();
                        assertThat(full.sqlState()).isEqualTo("53300");
                        assertThat(full.message())
                                .isEqualTo("2 clients wait for the database \"scripted\" already");
                    }
                    second.send(RawClient.message('X', new byte[0]));
                    assertThat(notice(third).message()).endsWith("is 1");
                    first.send(RawClient.message('X', new byte[0]));
                    assertThat(third.readUntil('Z').body()).containsExactly('I');
                }
            }
        }
    }

    @Test
    void one_client_at_a_time_and_the_second_hears_who_has_the_backend() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing().with(new ExclusiveSharing(), PATIENT);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front);
                RawClient second = connectAfter(first, front)) {
            ErrorResponse error = second.readUntil('E').error();
            assertThat(error.sqlState()).isEqualTo("53300");
            assertThat(error.message()).isEqualTo("the database \"scripted\" has a client already");
            assertThat(second.isClosedByServer()).isTrue();
        }
    }

    @Test
    void who_connects_while_the_one_before_leaves_is_let_in() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing().with(new ExclusiveSharing(), PATIENT);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front);
                RawClient second = connectAfter(first, front)) {
            first.send(RawClient.message('X', new byte[0]));
            assertThat(second.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void a_client_that_vanishes_from_the_queue_leaves_no_trace() throws Exception {
        QueueSharing sharing = new QueueSharing(5);
        ScriptedBackend backend = ScriptedBackend.willing().with(sharing, PATIENT);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front)) {
            first.readUntil('Z');
            try (RawClient vanishing = connect(front);
                    RawClient last = new RawClient(front.port())) {
                notice(vanishing);
                last.send(RawClient.startup("guest"));
                notice(last);
                vanishing.vanish();
                assertThat(notice(last).message()).endsWith("is 1");
                assertThat(sharing.waiting()).isEqualTo(1);
                first.send(RawClient.message('X', new byte[0]));
                last.readUntil('Z');
                assertThat(sharing.waiting()).isZero();
            }
        }
    }

    @Test
    void waiting_ends_with_53300_when_it_has_taken_too_long() throws Exception {
        SessionTimeouts hasty =
                new SessionTimeouts(LONG, LONG, Optional.empty(), Duration.ofSeconds(1));
        ScriptedBackend backend = ScriptedBackend.willing().with(new QueueSharing(5), hasty);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front);
                RawClient second = connectAfter(first, front)) {
            ErrorResponse error = second.readUntil('E').error();
            assertThat(error.sqlState()).isEqualTo("53300");
            assertThat(error.message())
                    .isEqualTo(
                            "the database \"scripted\" was in use for the 1 seconds that a client may"
                                    + " wait");
            assertThat(second.isClosedByServer()).isTrue();
            assertThat(front.nextRefused().reason()).isEqualTo(Reason.QUEUE_TIMEOUT);
        }
    }

    @Test
    void who_talks_on_while_it_waits_is_refused() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing().with(new QueueSharing(5), PATIENT);
        try (FrontFixture front = start(backend);
                RawClient first = connect(front);
                RawClient second = connectAfter(first, front)) {
            notice(second);
            second.send(RawClient.message('Q', new byte[20_000]));
            assertThat(second.readUntil('E').error().sqlState()).isEqualTo("08P01");
        }
    }

    @Test
    void a_statement_over_its_time_is_cancelled_and_then_given_up() throws Exception {
        SessionTimeouts strict =
                new SessionTimeouts(LONG, LONG, Optional.of(Duration.ofSeconds(1)), LONG);
        ScriptedBackend backend = ScriptedBackend.willing().with(new QueueSharing(5), strict);
        try (FrontFixture front = start(backend);
                RawClient client = connect(front)) {
            client.readUntil('Z');
            client.sendMessage('Q', "SELECT 1");
            assertThat(backend.cancels.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
            ErrorResponse error = client.readUntil('E').error();
            assertThat(error.sqlState()).isEqualTo("57014");
            assertThat(error.message()).contains("ran for longer than 1 seconds");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_notice_waits_for_the_end_of_the_message_under_way() throws Exception {
        ScriptedBackend backend = ScriptedBackend.willing().with(new QueueSharing(5), PATIENT);
        try (FrontFixture front = start(backend);
                RawClient client = connect(front)) {
            client.readUntil('Z');
            client.sendMessage('Q', "SELECT 1");
            byte[] row = ByteBuffer.allocate(9).put((byte) 'D').putInt(8).putInt(7).array();
            backend.send(Unpooled.wrappedBuffer(row, 0, 6), false);
            backend.notice(ErrorResponse.notice("soon"));
            backend.send(Unpooled.wrappedBuffer(row, 6, 3), false);
            backend.answer();

            assertThat(client.read().type()).isEqualTo('D');
            assertThat(notice(client).message()).isEqualTo("soon");
            client.readUntil('Z');

            backend.notice(ErrorResponse.notice("now"));
            assertThat(notice(client).message()).isEqualTo("now");
        }
    }

    private static ErrorResponse notice(RawClient client) throws IOException {
        return ErrorResponse.parse(Unpooled.wrappedBuffer(client.readUntil('N').body()));
    }

    private static RawClient connect(FrontFixture front) throws IOException {
        return new RawClient(front.port()).send(RawClient.startup("guest"));
    }

    /** One that comes when the other has its session. */
    private static RawClient connectAfter(RawClient other, FrontFixture front) throws IOException {
        other.readUntil('Z');
        return connect(front);
    }

    private static FrontFixture start(ScriptedBackend backend) {
        return FrontFixture.start(FrontSettings.on("127.0.0.1", 0).withTlsRequired(false), backend);
    }
}
