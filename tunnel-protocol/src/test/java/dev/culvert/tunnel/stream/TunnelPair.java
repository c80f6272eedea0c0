package dev.culvert.tunnel.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of a tunnel, with sessions on one and databases on the other, over WebSockets that
 * clog and break with what is under way: on one random schedule.
 */
final class TunnelPair {
    private static final int STEPS = 500;

    private final Random random;
    private final TrackingAllocator pieces = new TrackingAllocator();
    private final TrackingAllocator wire = new TrackingAllocator();
    private final Deque<Frame> toAgent = new ArrayDeque<>();
    private final Deque<Frame> toRelay = new ArrayDeque<>();
    private final List<SimulatedSession> sessions = new ArrayList<>();
    private final List<@Nullable SimulatedBackend> backends = new ArrayList<>();
    private final List<Conversation> conversations = new ArrayList<>();
    private final int maxPayload;
    private final int maxSize;
    private final int maxStreams;
    private final WindowLimits agentWindows;
    private final WindowLimits relayWindows;
    private final ReliableLink relayLink;
    private final ReliableLink agentLink;
    private final RoundTrip relayTrip = new RoundTrip(this::now, opaque -> relayPing = opaque);
    private final RoundTrip agentTrip = new RoundTrip(this::now, opaque -> agentPing = opaque);
    private long relayPing;
    private long agentPing;
    final RelayTunnel relay;
    final AgentTunnel agent;
    private long nanos;
    private boolean clogged;
    private int buffered = Integer.MAX_VALUE;

    TunnelPair(long seed) {
        random = new Random(seed);
        boolean small = random.nextInt(4) > 0;
        maxPayload = small ? 1 + random.nextInt(64) : 1_024 + random.nextInt(64_513);
        maxSize = small ? 2_000 : Conversation.MAX_SIZE;
        maxStreams = 1 + random.nextInt(6);
        agentWindows = windows(small);
        relayWindows = windows(small);
        relayLink =
                new ReliableLink(true, output(toAgent, Role.AGENT), this::now, TunnelPair::fail);
        agentLink =
                new ReliableLink(true, output(toRelay, Role.RELAY), this::now, TunnelPair::fail);
        relay =
                new RelayTunnel(
                        agentWindows.initial(),
                        relayWindows,
                        maxPayload,
                        relayTrip,
                        this::now,
                        relayLink);
        agent =
                new AgentTunnel(
                        relayWindows.initial(),
                        agentWindows,
                        maxPayload,
                        agentTrip,
                        this::now,
                        agentLink,
                        new Acceptor());
        open();
    }

    private WindowLimits windows(boolean small) {
        int initial = small ? 1 + random.nextInt(256) : 32_768 + random.nextInt(500_000);
        int max = initial * (1 + random.nextInt(8));
        return new WindowLimits(initial, max, max * (1 + random.nextInt(3)));
    }

    private final class Acceptor implements StreamAcceptor {
        @Override
        public @Nullable Refusal rejects(Frame.Open open) {
            boolean rejects = random.nextInt(12) == 0;
            if (rejects) {
                backends.set(open.stream() - 1, null);
            }
            return rejects ? Refusal.of("53300", "no room") : null;
        }

        @Override
        public AgentStreamListener begin(Frame.Open open, AgentStream stream) {
            int index = open.stream() - 1;
            assertThat(stream.id()).isEqualTo(open.stream());
            SimulatedBackend backend =
                    new SimulatedBackend(
                            random, conversations.get(index), pieces, stream, maxPayload);
            backends.set(index, backend);
            return backend;
        }
    }

    void runAtRandom(boolean breaks) {
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(breaks ? 11 : 10)) {
                case 0 -> clogged = random.nextBoolean();
                case 1 -> buffered = 1 + random.nextInt(30);
                case 2 -> onWritable();
                case 3 -> maybeOpenOrClose();
                case 4, 5 -> sessions.get(random.nextInt(sessions.size())).act();
                case 6, 7 -> anyBackendActs();
                case 8 -> deliverToAgent(random.nextInt(8));
                case 9 -> deliverToRelay(random.nextInt(8));
                default -> maybeBreakAndResume();
            }
            passTime();
            assertMemoryIsBounded();
        }
    }

    /** Everybody does what they can, until all is said. */
    void runToTheEnd() {
        clogged = false;
        buffered = Integer.MAX_VALUE;
        boolean moved = true;
        while (moved) {
            passTime();
            onWritable();
            moved = deliverToAgent(Integer.MAX_VALUE);
            moved |= deliverToRelay(Integer.MAX_VALUE);
            for (SimulatedSession session : sessions) {
                moved |= session.act();
            }
            for (SimulatedBackend backend : backends) {
                moved |= backend != null && backend.act();
            }
            assertMemoryIsBounded();
        }
        assertThat(sessions).as("no stall").allMatch(SimulatedSession::isOver);
        for (int i = 0; i < sessions.size(); i++) {
            SimulatedBackend backend = backends.get(i);
            if (backend != null) {
                assertThat(backend.isOver()).as("no stall").isTrue();
                if (!sessions.get(i).isEnded() && !backend.endedIt()) {
                    backend.assertHasAll();
                }
            }
        }
    }

    /** The tunnel ends on both sides. */
    void end() {
        relay.breakOff(Refusal.of("08006", "the agent is lost"));
        agent.breakOff();
        assertThat(sessions).allMatch(SimulatedSession::isOver);
        relayLink.close();
        agentLink.close();
        loseUnderway();
    }

    void assertNothingIsLeft() {
        assertThat(relay.streams()).isZero();
        assertThat(agent.streams()).isZero();
        assertThat(relay.windows()).isZero();
        assertThat(agent.windows()).isZero();
        relayLink.close();
        agentLink.close();
        loseUnderway();
        pieces.assertNothingHeld();
        wire.assertNothingHeld();
    }

    private void onWritable() {
        relay.onWritable();
        agent.onWritable();
    }

    private void passTime() {
        nanos += random.nextInt(1_000);
        relayTrip.onPong(relayPing);
        agentTrip.onPong(agentPing);
    }

    private void anyBackendActs() {
        SimulatedBackend backend = backends.get(random.nextInt(backends.size()));
        if (backend != null) {
            backend.act();
        }
    }

    private void maybeOpenOrClose() {
        if (sessions.size() < maxStreams) {
            open();
            return;
        }
        SimulatedSession session = sessions.get(random.nextInt(sessions.size()));
        if (!session.isOver() && random.nextInt(10) == 0) {
            session.close();
        }
    }

    private void open() {
        Conversation conversation = new Conversation(random, maxSize);
        conversations.add(conversation);
        backends.add(null);
        sessions.add(new SimulatedSession(random, conversation, pieces, relay, maxPayload));
    }

    /** One side may notice before the other, and what it says then goes nowhere. */
    private void maybeBreakAndResume() {
        if (random.nextInt(4) > 0) {
            return;
        }
        ReliableLink first = random.nextBoolean() ? relayLink : agentLink;
        first.detach();
        loseUnderway();
        for (int i = random.nextInt(4); i > 0; i--) {
            sessions.get(random.nextInt(sessions.size())).act();
            anyBackendActs();
        }
        relayLink.detach();
        agentLink.detach();
        loseUnderway();
        agentLink.attach(output(toRelay, Role.RELAY), relayLink.received());
        relayLink.attach(output(toAgent, Role.AGENT), agentLink.received());
        onWritable();
    }

    private void loseUnderway() {
        for (Deque<Frame> queue : List.of(toAgent, toRelay)) {
            for (Frame frame : queue) {
                if (frame instanceof Frame.Data data) {
                    data.payload().release();
                }
            }
            queue.clear();
        }
    }

    private boolean deliverToAgent(int most) {
        for (int i = 0; i < most && !toAgent.isEmpty(); i++) {
            Frame frame = toAgent.remove();
            agentLink.onReceived(frame);
            if (frame instanceof Frame.Ack(long count)) {
                agentLink.onAck(count);
                agent.onWritable();
            } else {
                agent.onFrame(frame);
            }
            relay.onWritable();
        }
        return most > 0 && !toRelay.isEmpty();
    }

    private boolean deliverToRelay(int most) {
        for (int i = 0; i < most && !toRelay.isEmpty(); i++) {
            Frame frame = toRelay.remove();
            relayLink.onReceived(frame);
            if (frame instanceof Frame.Ack(long count)) {
                relayLink.onAck(count);
                relay.onWritable();
            } else {
                relay.onFrame(frame);
            }
            agent.onWritable();
        }
        return most > 0 && !toAgent.isEmpty();
    }

    /** What is neither sent and unacknowledged nor known as unsent is in nobody's memory. */
    private void assertMemoryIsBounded() {
        long unsent = sessions.stream().mapToLong(SimulatedSession::unsentBytes).sum();
        for (SimulatedBackend backend : backends) {
            unsent += backend == null ? 0 : backend.unsentBytes();
        }
        assertThat(relay.windows()).isLessThanOrEqualTo(bound(relayWindows, relay.streams()));
        assertThat(agent.windows()).isLessThanOrEqualTo(bound(agentWindows, agent.streams()));
        // pieces are kept whole until the last of their frames is acknowledged
        assertThat(pieces.heldBytes())
                .isLessThanOrEqualTo(unsent + 2L * ReliableLink.MAX_KEPT_BYTES);
    }

    private static long bound(WindowLimits limits, int streams) {
        return Math.max(limits.perTunnel(), (long) limits.initial() * streams);
    }

    private FrameOutput output(Deque<Frame> queue, Role receiver) {
        return new FrameOutput() {
            @Override
            public void send(Frame frame) {
                ByteBuf message = FrameEncoder.encode(frame, wire);
                queue.add(requireNonNull(FrameDecoder.decode(message, receiver)));
                message.release();
            }

            @Override
            public boolean isWritable() {
                return !clogged && queue.size() < buffered;
            }
        };
    }

    private long now() {
        return nanos;
    }

    private static void fail() {
        throw new AssertionError("too much is unacknowledged");
    }

    @Override
    public String toString() {
        return "maxPayload=%d agentWindows=%s relayWindows=%s streams=%d"
                .formatted(maxPayload, agentWindows, relayWindows, sessions.size());
    }
}
