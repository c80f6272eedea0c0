package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One stream of an agent, written from PROTOCOL.md alone. Takes at random speed what arrives, and
 * answers batch by batch.
 */
final class SimulatedAgent {
    private record Arrival(int bytes, boolean end) {}

    private final Random random;
    private final Conversation conversation;
    private final TrackingAllocator allocator;
    private final Consumer<Frame> output;
    private final int stream;
    private final int maxPayload;
    private final Conversation.Reader batches;

    /** What arrived and is not consumed. */
    private final Deque<Arrival> arrived = new ArrayDeque<>();

    /** An agent that takes no further batch before it has answered the last. */
    private final boolean oneByOne;

    private final boolean rejects;
    private final boolean closesEarly;

    private int granted;
    private int consumed;
    private int credit;
    private int collected;
    private int answered;
    private int position;
    private boolean accepted;
    private boolean rejected;
    private boolean closeSent;
    private boolean closeReceived;

    SimulatedAgent(
            Random random,
            Conversation conversation,
            TrackingAllocator allocator,
            Consumer<Frame> output,
            int stream,
            int agentWindow,
            int relayWindow,
            int maxPayload) {
        this.random = random;
        this.conversation = conversation;
        this.allocator = allocator;
        this.output = output;
        this.stream = stream;
        this.maxPayload = maxPayload;
        this.batches = new Conversation.Reader(conversation.batches, maxPayload);
        granted = agentWindow;
        credit = relayWindow;
        oneByOne = random.nextBoolean();
        rejects = random.nextInt(12) == 0;
        closesEarly = random.nextInt(6) == 0;
    }

    boolean isGone() {
        return rejected || (closeSent && closeReceived);
    }

    /** What it may send, in bytes. */
    int credit() {
        return isGone() ? 0 : credit;
    }

    boolean hasEndedIt() {
        return rejected || closeSent;
    }

    void receive(Frame frame) {
        switch (frame) {
            case Frame.Data data -> receiveData(data);
            case Frame.Credit more -> {
                assertInTime();
                credit = Math.addExact(credit, more.bytes());
            }
            case Frame.Close _ -> {
                assertInTime();
                closeReceived = true;
                if (!hasEndedIt()) {
                    // nothing that the session gave before is missing
                    assertThat(batches.whole()).isEqualTo(conversation.givenBatches);
                    assertThat(batches.position()).isEqualTo(conversation.givenBytes);
                }
            }
            default -> throw new AssertionError("the agent got " + frame);
        }
    }

    private void receiveData(Frame.Data data) {
        assertInTime();
        int size = data.payload().readableBytes();
        assertThat(size).as("credit").isLessThanOrEqualTo(granted);
        granted -= size;
        arrived.add(new Arrival(size, data.end()));
        batches.read(data.payload(), data.end());
    }

    private void assertInTime() {
        assertThat(closeReceived).as("frames after CLOSE").isFalse();
    }

    /** Does one thing that an agent may do; false when there is nothing to do. */
    boolean act() {
        if (hasEndedIt()) {
            return false;
        }
        if (!accepted) {
            rejected = rejects;
            accepted = !rejected;
            output.accept(rejects ? new Frame.Reject(stream, reason()) : new Frame.Accept(stream));
            return true;
        }
        if ((closeReceived || closesEarly) && random.nextInt(8) == 0) {
            closeSent = true;
            output.accept(new Frame.Close(stream, closeReceived ? null : reason()));
            return true;
        }
        // a CLOSE that arrived ends the answers too, in its time
        boolean moved = random.nextBoolean() ? collect() || answer() : answer() || collect();
        return moved || grant() || closeReceived || closesEarly;
    }

    private boolean collect() {
        if (arrived.isEmpty() || (oneByOne && answered < collected)) {
            return false;
        }
        Arrival arrival = arrived.remove();
        consumed += arrival.bytes();
        collected += arrival.end() ? 1 : 0;
        if (random.nextInt(3) == 0) {
            grant();
        }
        return true;
    }

    private boolean grant() {
        if (consumed == 0 || closeReceived) {
            return false;
        }
        output.accept(new Frame.Credit(stream, consumed));
        granted += consumed;
        consumed = 0;
        return true;
    }

    private boolean answer() {
        if (answered == collected) {
            return false;
        }
        Conversation.Text answer = conversation.answers.get(answered);
        int left = answer.size() - position;
        int most = Math.min(left, Math.min(maxPayload, credit));
        int size = random.nextBoolean() ? most : random.nextInt(most + 1);
        boolean end = size == left && (size == 0 || random.nextBoolean());
        if (size == 0 && !end) {
            return most > 0;
        }
        credit -= size;
        var payload = allocator.buffer(size).writeBytes(answer.slice(position, size));
        position = end ? 0 : position + size;
        answered += end ? 1 : 0;
        output.accept(new Frame.Data(stream, payload, end));
        return true;
    }

    private static Refusal reason() {
        return Refusal.of("57P02", "the database has stopped");
    }
}
