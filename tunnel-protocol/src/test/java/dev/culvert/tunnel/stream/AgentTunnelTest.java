package dev.culvert.tunnel.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The agent's side with small numbers: windows of ten bytes, payloads of four. */
class AgentTunnelTest {
    private static final int WINDOW = 10;
    private static final Refusal STOPPED = Refusal.of("57P02", "the database has stopped");

    private final TrackingAllocator allocator = new TrackingAllocator();
    private final RecordingOutput output = new RecordingOutput();
    private final List<String> told = new ArrayList<>();
    private @Nullable Refusal rejection;
    private @Nullable AgentStream opened;
    private final AgentTunnel tunnel =
            new AgentTunnel(
                    WINDOW,
                    WindowLimits.fixed(WINDOW),
                    4,
                    new RoundTrip(() -> 0, _ -> {}),
                    () -> 0,
                    output,
                    new Acceptor());

    private final class Acceptor implements StreamAcceptor, AgentStreamListener {
        @Override
        public @Nullable Refusal rejects(Frame.Open open) {
            return rejection;
        }

        @Override
        public AgentStreamListener begin(Frame.Open open, AgentStream stream) {
            opened = stream;
            return this;
        }

        @Override
        public void onData(ByteBuf payload, boolean end) {
            told.add(payload.toString(StandardCharsets.UTF_8) + (end ? " END" : ""));
            payload.release();
        }

        @Override
        public void onSent(int bytes) {
            told.add("sent " + bytes);
        }

        @Override
        public void onCancel(int batch) {
            told.add("cancel " + batch);
        }

        @Override
        public void onClose() {
            told.add("close");
        }
    }

    @AfterEach
    void everythingIsReleased() {
        allocator.assertNothingHeld();
    }

    private AgentStream opened() {
        tunnel.onFrame(TunnelFixture.open(1));
        assertThat(output.taken()).containsExactly("ACCEPT 1");
        return requireNonNull(opened);
    }

    private ByteBuf bytes(String text) {
        return allocator.buffer(16).writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void receive(String text, boolean end) {
        tunnel.onFrame(new Frame.Data(1, bytes(text), end));
    }

    private void assertViolation(Frame frame, String message) {
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> tunnel.onFrame(frame))
                .withMessageContaining(message);
    }

    @Test
    void a_batch_goes_to_the_session_and_its_answer_to_the_relay() {
        AgentStream stream = opened();
        receive("SELE", false);
        receive("CT", true);
        assertThat(told).containsExactly("SELE", "CT END");
        stream.send(bytes("answer"), true);
        assertThat(output.taken()).containsExactly("DATA 1 answ", "DATA 1 er END");
    }

    @Test
    void credit_is_granted_as_the_backend_takes() {
        AgentStream stream = opened();
        receive("abcd", false);
        receive("efgh", false);
        assertViolation(new Frame.Data(1, bytes("ijk"), false), "credit of 2");
        stream.consumed(1);
        assertThat(output.taken()).isEmpty();
        stream.consumed(4);
        assertThat(output.taken()).containsExactly("CREDIT 1 5");
    }

    @Test
    void answers_wait_for_credit() {
        AgentStream stream = opened();
        stream.send(bytes("0123456789ab"), true);
        assertThat(output.taken()).containsExactly("DATA 1 0123", "DATA 1 4567", "DATA 1 89");
        tunnel.onFrame(new Frame.Credit(1, 2));
        assertThat(output.taken()).containsExactly("DATA 1 ab END");
    }

    @Test
    void what_the_session_ends_with_follows_its_answers_when_credit_comes() {
        AgentStream stream = opened();
        stream.send(bytes("0123456789ab"), true);
        stream.close(STOPPED);
        assertThat(output.taken()).hasSize(3);
        tunnel.onFrame(new Frame.Credit(1, 100));
        assertThat(output.taken()).containsExactly("DATA 1 ab END", "CLOSE 1");
        tunnel.onFrame(new Frame.Credit(1, 1));
        receive("late", true);
        tunnel.onFrame(new Frame.Close(1, null));
        assertThat(tunnel.streams()).isZero();
        assertThat(told).doesNotContain("close", "late END");
    }

    @Test
    void a_client_that_writes_before_it_reads_can_go_on_until_it_reads() {
        AgentStream stream = opened();
        receive("abcd", false);
        receive("efgh", false);
        stream.send(bytes("0123456789ab"), true);
        output.taken();
        stream.close(STOPPED);
        assertThat(output.taken()).containsExactly("CREDIT 1 8");
        receive("ijkl", false);
        assertThat(output.taken()).containsExactly("CREDIT 1 4");
        tunnel.breakOff();
    }

    @Test
    void the_relays_close_is_answered_when_the_session_is_done() {
        AgentStream stream = opened();
        receive("ab", true);
        stream.send(bytes("0123456789ab"), true);
        output.taken();
        tunnel.onFrame(new Frame.Close(1, null));
        assertThat(told).endsWith("close");
        assertThat(output.taken()).isEmpty();
        stream.send(bytes("void"), true);
        stream.consumed(2);
        stream.close(null);
        assertThat(output.taken()).containsExactly("CLOSE 1");
        assertThat(tunnel.streams()).isZero();
        assertViolation(new Frame.Credit(1, 1), "not open");
    }

    @Test
    void nothing_may_follow_the_relays_close() {
        opened();
        tunnel.onFrame(new Frame.Close(1, null));
        assertViolation(new Frame.Data(1, bytes("x"), true), "DATA on stream 1 after its CLOSE");
        assertViolation(new Frame.Cancel(1, 1), "CANCEL on stream 1 after its CLOSE");
        assertViolation(new Frame.Close(1, null), "a second CLOSE");
        tunnel.breakOff();
    }

    @Test
    void a_rejected_streams_frames_under_way_are_ignored() {
        rejection = Refusal.of("53300", "no room");
        tunnel.onFrame(TunnelFixture.open(1));
        assertThat(output.taken()).containsExactly("REJECT 1");
        receive("late", true);
        tunnel.onFrame(new Frame.Cancel(1, 1));
        tunnel.onFrame(new Frame.Close(1, null));
        assertThat(tunnel.streams()).isZero();
        assertThat(output.taken()).isEmpty();
    }

    @Test
    void a_stream_is_opened_once() {
        opened();
        assertViolation(TunnelFixture.open(1), "a second OPEN");
        assertViolation(new Frame.Data(2, bytes("x"), true), "not open");
    }

    @Test
    void a_cancel_reaches_the_session() {
        opened();
        tunnel.onFrame(new Frame.Cancel(1, 7));
        assertThat(told).containsExactly("cancel 7");
    }

    @Test
    void a_goodbye_does_not_wait_for_credit() {
        AgentStream stream = opened();
        stream.send(bytes("0123456789ab"), true);
        output.taken();
        tunnel.sayGoodbye(STOPPED);
        assertThat(output.taken()).containsExactly("CLOSE 1");
        assertThat(told).endsWith("close");
    }

    @Test
    void a_tunnel_that_is_over_ends_its_sessions_once() {
        AgentStream stream = opened();
        stream.send(bytes("0123456789ab"), true);
        tunnel.breakOff();
        tunnel.breakOff();
        assertThat(told).filteredOn("close"::equals).hasSize(1);
        assertThat(tunnel.windows()).isZero();
        stream.close(null);
    }
}
