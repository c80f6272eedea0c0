package dev.culvert.tunnel.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two links over a wire that breaks at any place, with what is under way lost: no frame is lost,
 * none comes twice, and the order stays.
 */
class BrokenWireScheduleTest {
    private static final int SEEDS = 300;
    private static final int FRAMES = 400;

    static List<Integer> seeds() {
        List<Integer> seeds = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }

    /** One side, and the frames on their way to it. */
    private static final class Side {
        long nanos;
        final List<Integer> received = new ArrayList<>();
        final List<ByteBuf> payloads = new ArrayList<>();
        Queue<Frame> underway = new ArrayDeque<>();
        ReliableLink link =
                new ReliableLink(true, into(new ArrayDeque<>()), () -> ++nanos, Side::fail);
        int toSend = 1;

        private static void fail() {
            throw new AssertionError("too much is unacknowledged");
        }

        void sendNext(Random random) {
            ByteBuf payload = Unpooled.buffer().writeInt(toSend++);
            payload.writeZero(random.nextInt(3_000));
            payloads.add(payload);
            link.send(new Frame.Data(1, payload, false));
        }

        void receive() {
            Frame frame = underway.remove();
            link.onReceived(frame);
            switch (frame) {
                case Frame.Ack(long count) -> link.onAck(count);
                case Frame.Data data -> {
                    received.add(data.payload().getInt(0));
                    data.payload().release();
                }
                default -> throw new AssertionError("a frame from nowhere: " + frame);
            }
        }

        void loseUnderway() {
            for (Frame frame : underway) {
                if (frame instanceof Frame.Data data) {
                    data.payload().release();
                }
            }
            underway = new ArrayDeque<>();
        }

        static FrameOutput into(Queue<Frame> queue) {
            return new FrameOutput() {
                @Override
                public void send(Frame frame) {
                    queue.add(frame);
                }

                @Override
                public boolean isWritable() {
                    return true;
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothing_is_lost_and_nothing_comes_twice(int seed) {
        Random random = new Random(seed);
        Side agent = new Side();
        Side relay = new Side();
        connect(agent, relay);
        while (agent.received.size() < FRAMES || relay.received.size() < FRAMES) {
            Side side = random.nextBoolean() ? agent : relay;
            switch (random.nextInt(20)) {
                case 0 -> reconnect(agent, relay, random);
                case 1, 2, 3, 4, 5, 6 -> {
                    if (side.toSend <= FRAMES && side.link.isWritable()) {
                        side.sendNext(random);
                    }
                }
                default -> {
                    if (!side.underway.isEmpty()) {
                        side.receive();
                    }
                }
            }
        }
        for (Side side : List.of(agent, relay)) {
            List<Integer> expected = new ArrayList<>();
            for (int i = 1; i <= FRAMES; i++) {
                expected.add(i);
            }
            assertThat(side.received).isEqualTo(expected);
            side.loseUnderway();
            side.link.close();
        }
        for (Side side : List.of(agent, relay)) {
            assertThat(side.payloads).allMatch(payload -> payload.refCnt() == 0);
        }
    }

    private static void connect(Side agent, Side relay) {
        agent.link.attach(Side.into(relay.underway), relay.link.received());
        relay.link.attach(Side.into(agent.underway), agent.link.received());
    }

    private static void reconnect(Side agent, Side relay, Random random) {
        agent.link.detach();
        if (random.nextBoolean()) {
            // one side learns later, and sends into the void
            relay.link.send(new Frame.Ping(1));
        }
        relay.link.detach();
        agent.loseUnderway();
        relay.loseUnderway();
        connect(agent, relay);
    }
}
