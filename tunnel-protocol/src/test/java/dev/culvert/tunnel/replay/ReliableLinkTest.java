package dev.culvert.tunnel.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReliableLinkTest {
    private final Wire wire = new Wire();
    private final AtomicInteger neverAcknowledged = new AtomicInteger();
    private final ReliableLink link =
            new ReliableLink(true, wire, () -> 0, neverAcknowledged::incrementAndGet);

    /** A WebSocket that notes what is sent. */
    private static final class Wire implements FrameOutput {
        final List<Frame> sent = new ArrayList<>();
        boolean writable = true;

        @Override
        public void send(Frame frame) {
            sent.add(frame);
        }

        @Override
        public boolean isWritable() {
            return writable;
        }
    }

    @Test
    void sends_again_what_the_peer_has_not_received() {
        for (int batch = 1; batch <= 5; batch++) {
            link.send(new Frame.Cancel(1, batch));
        }
        link.detach();
        link.send(new Frame.Cancel(1, 6));
        Wire next = new Wire();

        link.attach(next, 3);

        assertThat(next.sent)
                .containsExactly(
                        new Frame.Cancel(1, 4), new Frame.Cancel(1, 5), new Frame.Cancel(1, 6));
    }

    @Test
    void what_is_not_sequenced_is_sent_once_and_not_counted() {
        link.send(new Frame.Ping(1));
        link.detach();
        link.send(new Frame.Ping(2));
        Wire next = new Wire();

        link.attach(next, 0);

        assertThat(wire.sent).containsExactly(new Frame.Ping(1));
        assertThat(next.sent).isEmpty();
    }

    @Test
    void keeps_payloads_until_they_are_acknowledged() {
        ByteBuf payload = Unpooled.buffer().writeBytes(new byte[100]);
        link.send(new Frame.Data(1, payload, true));
        // the WebSocket has written it
        ((Frame.Data) wire.sent.getFirst()).payload().release();
        assertThat(payload.refCnt()).isEqualTo(1);

        link.onAck(1);

        assertThat(payload.refCnt()).isZero();
    }

    @Test
    void releases_everything_when_it_closes() {
        ByteBuf kept = Unpooled.buffer().writeBytes(new byte[100]);
        link.detach();
        link.send(new Frame.Data(1, kept, true));

        link.close();

        assertThat(kept.refCnt()).isZero();
        ByteBuf late = Unpooled.buffer().writeBytes(new byte[100]);
        link.send(new Frame.Data(1, late, true));
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void is_not_writable_while_the_path_is_full() {
        int frame = PathWindow.LEAST / 4;
        for (int kept = 0; kept < PathWindow.LEAST; kept += frame + Frame.HEADER_BYTES) {
            assertThat(link.isWritable()).isTrue();
            link.send(new Frame.Data(1, Unpooled.buffer().writeZero(frame), false));
        }
        assertThat(link.isWritable()).isFalse();

        link.onAck(1);

        assertThat(link.isWritable()).isTrue();
        link.close();
    }

    @Test
    void acknowledges_after_so_many_frames_or_bytes() {
        for (int i = 1; i < ReliableLink.ACK_FRAMES; i++) {
            link.onReceived(new Frame.Accept(i));
        }
        assertThat(wire.sent).isEmpty();
        link.onReceived(new Frame.Accept(99));
        assertThat(wire.sent).containsExactly(new Frame.Ack(ReliableLink.ACK_FRAMES));

        ByteBuf large = Unpooled.buffer().writeZero(ReliableLink.ACK_BYTES);
        link.onReceived(new Frame.Data(1, large, false));
        assertThat(wire.sent).last().isEqualTo(new Frame.Ack(ReliableLink.ACK_FRAMES + 1));
        large.release();
    }

    @Test
    void an_impossible_acknowledgement_is_a_violation() {
        link.send(new Frame.Accept(1));
        link.send(new Frame.Accept(2));
        link.onAck(1);

        assertThatThrownBy(() -> link.onAck(3)).isInstanceOf(ProtocolViolationException.class);
        assertThatThrownBy(() -> link.onAck(0)).isInstanceOf(ProtocolViolationException.class);
        assertThatThrownBy(() -> link.onAck(-1)).isInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void a_peer_that_never_acknowledges_ends_the_tunnel() {
        link.detach();
        for (int i = 0; i < SentFrames.MAX_FRAMES; i++) {
            link.send(new Frame.Accept(1));
        }
        assertThat(neverAcknowledged).hasValue(0);

        link.send(new Frame.Accept(1));
        link.send(new Frame.Accept(1));

        assertThat(neverAcknowledged).hasValue(1);
    }

    @Test
    void without_the_agreement_nothing_is_kept_or_acknowledged() {
        ReliableLink plain =
                new ReliableLink(false, wire, () -> 0, neverAcknowledged::incrementAndGet);
        ByteBuf payload = Unpooled.buffer().writeZero(10);
        plain.send(new Frame.Data(1, payload, true));
        for (int i = 0; i < 100; i++) {
            plain.onReceived(new Frame.Accept(1));
        }

        assertThat(wire.sent).hasSize(1);
        payload.release();
        assertThat(payload.refCnt()).isZero();
    }
}
