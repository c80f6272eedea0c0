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
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** A relay's tunnel between simulated sessions and a simulated agent, on one random schedule. */
final class Simulation {
    private static final int STEPS = 400;

    final RelayTunnel tunnel;

    private final Random random;
    private final TrackingAllocator pieces = new TrackingAllocator();
    private final TrackingAllocator wire = new TrackingAllocator();
    private final Deque<Frame> toAgent = new ArrayDeque<>();
    private final Deque<Frame> toRelay = new ArrayDeque<>();
    private final List<SimulatedSession> sessions = new ArrayList<>();
    private final List<SimulatedAgent> agents = new ArrayList<>();
    private final int maxPayload;
    private final int maxSize;
    private final int agentWindow;
    private final WindowLimits relayWindows;
    private final int maxStreams;
    private long ping;
    private long nanos;
    private final RoundTrip roundTrip = new RoundTrip(() -> nanos, opaque -> ping = opaque);
    private boolean clogged;
    private int buffered = Integer.MAX_VALUE;

    Simulation(long seed) {
        random = new Random(seed);
        boolean small = random.nextInt(4) > 0;
        maxPayload = small ? 1 + random.nextInt(64) : 1_024 + random.nextInt(64_513);
        maxSize = small ? 2_000 : Conversation.MAX_SIZE;
        agentWindow = small ? 1 + random.nextInt(256) : 32_768 + random.nextInt(500_000);
        relayWindows = relayWindows(random, small);
        maxStreams = 1 + random.nextInt(6);
        tunnel =
                new RelayTunnel(
                        agentWindow,
                        relayWindows,
                        maxPayload,
                        roundTrip,
                        () -> nanos,
                        new Output());
        open();
    }

    private static WindowLimits relayWindows(Random random, boolean small) {
        int initial = small ? 1 + random.nextInt(256) : 32_768 + random.nextInt(500_000);
        int max = initial * (1 + random.nextInt(8));
        return new WindowLimits(initial, max, max * (1 + random.nextInt(3)));
    }

    private final class Output implements FrameOutput {
        @Override
        public void send(Frame frame) {
            assertThat(isWritable() || !(frame instanceof Frame.Data)).as("writable").isTrue();
            toAgent.add(overTheWire(frame, Role.AGENT));
        }

        @Override
        public boolean isWritable() {
            return !clogged && toAgent.size() < buffered;
        }
    }

    void runAtRandom() {
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(9)) {
                case 0 -> clogged = random.nextBoolean();
                case 1 -> buffered = 1 + random.nextInt(30);
                case 2 -> tunnel.onWritable();
                case 3 -> maybeOpenOrClose();
                case 4, 5 -> anySession().act();
                case 6 -> agents.get(random.nextInt(agents.size())).act();
                case 7 -> deliverToAgent(random.nextInt(8));
                default -> deliverToRelay(random.nextInt(8));
            }
            nanos += random.nextInt(1_000);
            roundTrip.onPong(ping);
            assertMemoryIsBounded();
        }
    }

    /** Everybody does what they can, until all is said. */
    void runToTheEnd() {
        clogged = false;
        buffered = Integer.MAX_VALUE;
        boolean moved = true;
        while (moved) {
            nanos += random.nextInt(1_000);
            roundTrip.onPong(ping);
            tunnel.onWritable();
            moved = deliverToAgent(Integer.MAX_VALUE);
            moved |= deliverToRelay(Integer.MAX_VALUE);
            for (SimulatedSession session : sessions) {
                moved |= session.act();
            }
            for (SimulatedAgent agent : agents) {
                moved |= agent.act();
            }
            assertMemoryIsBounded();
        }
        assertThat(sessions).as("no stall").allMatch(SimulatedSession::isOver);
        assertThat(agents).as("no stall").allMatch(SimulatedAgent::isGone);
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).isEnded()) {
                assertThat(agents.get(i).hasEndedIt()).isTrue();
            }
        }
    }

    void breakOff() {
        long open = sessions.stream().filter(session -> !session.isOver()).count();
        long ended = sessions.stream().filter(SimulatedSession::isEnded).count();
        tunnel.breakOff(Refusal.of("08006", "the agent is lost"));
        assertThat(sessions).filteredOn(SimulatedSession::isEnded).hasSize((int) (ended + open));
        assertThat(sessions).allMatch(SimulatedSession::isOver);
        toAgent.forEach(Simulation::release);
        toRelay.forEach(Simulation::release);
    }

    void assertNothingHeld() {
        pieces.assertNothingHeld();
        wire.assertNothingHeld();
    }

    private void maybeOpenOrClose() {
        if (sessions.size() < maxStreams) {
            open();
        } else if (random.nextInt(10) == 0) {
            SimulatedSession session = anySession();
            if (!session.isOver()) {
                session.close();
            }
        }
    }

    private void open() {
        Conversation conversation = new Conversation(random, maxSize);
        sessions.add(new SimulatedSession(random, conversation, pieces, tunnel, maxPayload));
        agents.add(
                new SimulatedAgent(
                        random,
                        conversation,
                        wire,
                        frame -> toRelay.add(overTheWire(frame, Role.RELAY)),
                        sessions.size(),
                        agentWindow,
                        relayWindows.initial(),
                        maxPayload));
        assertThat(sessions.getLast().id()).isEqualTo(sessions.size());
    }

    private SimulatedSession anySession() {
        return sessions.get(random.nextInt(sessions.size()));
    }

    private boolean deliverToAgent(int most) {
        boolean moved = false;
        for (int i = 0; i < most && !toAgent.isEmpty(); i++) {
            boolean full = toAgent.size() >= buffered;
            Frame frame = toAgent.remove();
            moved = true;
            if (!(frame instanceof Frame.Open)) {
                agents.get(frame.stream() - 1).receive(frame);
            }
            if (full) {
                tunnel.onWritable();
            }
        }
        return moved;
    }

    private boolean deliverToRelay(int most) {
        boolean moved = false;
        for (int i = 0; i < most && !toRelay.isEmpty(); i++) {
            tunnel.onFrame(toRelay.remove());
            moved = true;
        }
        return moved;
    }

    /** Once the agent has what was sent, the relay holds what its sessions know to be unsent. */
    private void assertMemoryIsBounded() {
        if (toAgent.isEmpty()) {
            long unsent = sessions.stream().mapToLong(SimulatedSession::unsentBytes).sum();
            assertThat(pieces.heldBytes()).as("memory").isLessThanOrEqualTo(unsent);
        }
        assertThat(agents).as("credit").allMatch(agent -> agent.credit() <= relayWindows.max());
        assertThat(tunnel.windows())
                .as("windows")
                .isLessThanOrEqualTo(
                        Math.max(
                                relayWindows.perTunnel(),
                                (long) relayWindows.initial() * tunnel.streams()));
    }

    private Frame overTheWire(Frame frame, Role receiver) {
        ByteBuf message = FrameEncoder.encode(frame, wire);
        Frame decoded = requireNonNull(FrameDecoder.decode(message, receiver));
        message.release();
        return decoded;
    }

    private static void release(Frame frame) {
        if (frame instanceof Frame.Data data) {
            data.payload().release();
        }
    }

    @Override
    public String toString() {
        return "maxPayload=%d agentWindow=%d relayWindows=%s streams=%d"
                .formatted(maxPayload, agentWindow, relayWindows, sessions.size());
    }
}
