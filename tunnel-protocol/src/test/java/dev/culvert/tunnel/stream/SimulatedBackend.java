package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** A database behind an {@link AgentStream}, at random speed: it answers batch by batch. */
final class SimulatedBackend implements AgentStreamListener {
    private record Arrival(int bytes, boolean end) {}

    private final Random random;
    private final Conversation conversation;
    private final TrackingAllocator pieces;
    private final AgentStream stream;
    private final Conversation.Reader batches;
    private final Deque<Arrival> arrived = new ArrayDeque<>();
    private final boolean endsEarly;
    private int unsent;
    private int taken;
    private int answered;
    private int position;
    private boolean closedByRelay;
    private boolean closed;

    SimulatedBackend(
            Random random,
            Conversation conversation,
            TrackingAllocator pieces,
            AgentStream stream,
            int maxPayload) {
        this.random = random;
        this.conversation = conversation;
        this.pieces = pieces;
        this.stream = stream;
        this.batches = new Conversation.Reader(conversation.batches, maxPayload);
        endsEarly = random.nextInt(6) == 0;
    }

    boolean isOver() {
        return closed;
    }

    boolean endedIt() {
        return closed && !closedByRelay;
    }

    /** Bytes given to the stream that are not on their way. */
    int unsentBytes() {
        return closed || closedByRelay ? 0 : unsent;
    }

    /** Does one thing that a backend may do; false when there is nothing to do. */
    boolean act() {
        if (closed) {
            return false;
        }
        if (closedByRelay) {
            closed = random.nextInt(4) == 0;
            if (closed) {
                stream.close(null);
                stream.close(null);
            }
            return true;
        }
        if (endsEarly && random.nextInt(20) == 0) {
            closed = true;
            stream.close(Refusal.of("57P02", "the database has stopped"));
            stream.send(pieces.buffer(1).writeByte(0), true);
            return true;
        }
        return random.nextBoolean() ? take() || answer() || endsEarly : answer() || take();
    }

    private boolean take() {
        Arrival arrival = arrived.poll();
        if (arrival == null) {
            return false;
        }
        taken += arrival.end() ? 1 : 0;
        stream.consumed(arrival.bytes());
        return true;
    }

    private boolean answer() {
        if (answered == taken) {
            return false;
        }
        Conversation.Text answer = conversation.answers.get(answered);
        int left = answer.size() - position;
        int size = random.nextBoolean() ? left : random.nextInt(left + 1);
        boolean end = size == left;
        var piece = pieces.buffer(size).writeBytes(answer.slice(position, size));
        position = end ? 0 : position + size;
        answered += end ? 1 : 0;
        unsent += size;
        stream.send(piece, end);
        return true;
    }

    @Override
    public void onData(ByteBuf payload, boolean end) {
        assertInTime();
        arrived.add(new Arrival(payload.readableBytes(), end));
        batches.read(payload, end);
    }

    @Override
    public void onSent(int bytes) {
        assertInTime();
        unsent -= bytes;
        assertThat(unsent).isNotNegative();
        if (random.nextInt(4) == 0) {
            act();
        }
    }

    @Override
    public void onCancel(int batch) {
        assertInTime();
        assertThat(batch).isPositive();
    }

    @Override
    public void onClose() {
        assertInTime();
        closedByRelay = true;
    }

    /** Everything that the session gave before it closed is there. */
    void assertHasAll() {
        assertThat(batches.whole()).isEqualTo(conversation.givenBatches);
        assertThat(batches.position()).isEqualTo(conversation.givenBytes);
    }

    private void assertInTime() {
        assertThat(closed || closedByRelay).as("told after the end").isFalse();
    }
}
