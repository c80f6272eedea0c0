package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A client at random speed, which now and then acts while it is told something. */
final class SimulatedSession implements StreamListener {
    private static final int MAX_UNSENT = 100_000;

    private final Random random;
    private final Conversation conversation;
    private final TrackingAllocator pieces;
    private final Conversation.Reader answers;
    private final Deque<int[]> unsent = new ArrayDeque<>();
    private final RelayStream stream;
    private boolean accepted;
    private boolean closed;
    private boolean ended;
    private int unread;

    SimulatedSession(
            Random random,
            Conversation conversation,
            TrackingAllocator pieces,
            RelayTunnel tunnel,
            int maxPayload) {
        this.random = random;
        this.conversation = conversation;
        this.pieces = pieces;
        this.answers = new Conversation.Reader(conversation.answers, maxPayload);
        this.stream = open(tunnel, this);
    }

    private static RelayStream open(RelayTunnel tunnel, StreamListener listener) {
        return tunnel.open(TunnelFixture::open, listener);
    }

    int id() {
        return stream.id();
    }

    boolean isOver() {
        return closed || ended;
    }

    boolean isEnded() {
        return ended;
    }

    /** Bytes of the pieces that the stream may still hold. */
    int unsentBytes() {
        return ended ? 0 : unsent.stream().mapToInt(piece -> piece[0]).sum();
    }

    void close() {
        closed = true;
        stream.close();
    }

    /** Does one thing that a session may do; false when there is nothing to do. */
    boolean act() {
        if (isOver()) {
            return false;
        }
        if (unread > 0 && random.nextBoolean()) {
            consume(1 + random.nextInt(unread));
        } else if (answers.whole() == conversation.answers.size()) {
            close();
        } else if (!give()) {
            if (unread == 0) {
                return false;
            }
            consume(unread);
        }
        return true;
    }

    private boolean give() {
        if (conversation.givenBatches == conversation.batches.size()
                || unsentBytes() > MAX_UNSENT) {
            return false;
        }
        Conversation.Text batch = conversation.batches.get(conversation.givenBatches);
        int from = conversation.givenBytes;
        int left = batch.size() - from;
        int size = random.nextBoolean() ? left : random.nextInt(Math.min(left, 70_000) + 1);
        boolean end = size == left && (size == 0 || random.nextBoolean());
        if (size == 0 && !end) {
            return true;
        }
        conversation.givenBytes = end ? 0 : from + size;
        conversation.givenBatches += end ? 1 : 0;
        unsent.add(new int[] {size, 0});
        stream.send(pieces.buffer(size).writeBytes(batch.slice(from, size)), end);
        return true;
    }

    private void consume(int bytes) {
        unread -= bytes;
        stream.consumed(bytes);
    }

    private void sometimesActs() {
        if (random.nextInt(4) == 0) {
            act();
        }
    }

    @Override
    public void onAccepted() {
        assertThat(isOver() || accepted).as("accepted once").isFalse();
        accepted = true;
        sometimesActs();
    }

    @Override
    public void onData(ByteBuf payload, boolean end) {
        assertThat(isOver() || !accepted).as("data in time").isFalse();
        unread += payload.readableBytes();
        assertThat(answers.whole()).isLessThan(conversation.givenBatches);
        answers.read(payload, end);
        sometimesActs();
    }

    @Override
    public void onSent(int bytes) {
        assertThat(isOver()).as("progress in time").isFalse();
        int[] piece = unsent.element();
        piece[1] += bytes;
        assertThat(piece[1]).isLessThanOrEqualTo(piece[0]);
        if (piece[1] == piece[0]) {
            unsent.remove();
        }
        sometimesActs();
    }

    @Override
    public void onEnd(@Nullable Refusal reason) {
        assertThat(isOver()).as("ends once").isFalse();
        ended = true;
        stream.send(pieces.buffer(1).writeByte(0), true);
        stream.close();
    }
}
