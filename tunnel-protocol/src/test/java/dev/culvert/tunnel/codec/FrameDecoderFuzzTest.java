package dev.culvert.tunnel.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.tunnel.codec.VectorFrames.Vector;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Any bytes decode to a frame, to nothing or to a violation, and leave no buffer behind. What
 * decodes can be encoded, and decodes to the same again.
 *
 * <p>The build replays; {@code JAZZER_FUZZ=1 mvn test -Dtest=FrameDecoderFuzzTest} explores.
 */
class FrameDecoderFuzzTest {
    private static final int MUTATIONS = 100;

    @FuzzTest(maxDuration = "60s")
    void survivesAnyBytes(byte[] bytes) {
        for (Role receiver : Role.values()) {
            decodes(bytes, receiver);
        }
    }

    @Test
    void survivesMutatedGoldenFrames() {
        Random random = new Random(1);
        List<Vector> vectors =
                Stream.of("frames", "lenient", "ignored", "violations")
                        .flatMap(section -> VectorFrames.section(section).stream())
                        .toList();
        for (Vector vector : vectors) {
            for (int i = 0; i < MUTATIONS; i++) {
                survivesAnyBytes(mutate(vector.bytes(), random));
            }
        }
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] mutated = Arrays.copyOf(bytes, Math.max(0, bytes.length + random.nextInt(5) - 2));
        for (int i = random.nextInt(4); i > 0 && mutated.length > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? mutated.length : 1);
            mutated[at] =
                    (byte)
                            (random.nextBoolean()
                                    ? random.nextInt()
                                    : "0\"{}[]:,\\".charAt(random.nextInt(9)));
        }
        return mutated;
    }

    private static void decodes(byte[] bytes, Role receiver) {
        TrackingAllocator allocator = new TrackingAllocator();
        ByteBuf message = allocator.buffer().writeBytes(bytes);
        try {
            Frame frame = FrameDecoder.decode(message, receiver);
            if (frame != null) {
                roundTrips(frame, receiver, allocator);
            }
        } catch (ProtocolViolationException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
        assertThat(message.refCnt()).isEqualTo(1);
        message.release();
        allocator.assertNothingHeld();
    }

    private static void roundTrips(Frame frame, Role receiver, TrackingAllocator allocator) {
        ByteBuf held =
                frame instanceof Frame.Data data
                        ? data.payload().retainedDuplicate()
                        : allocator.buffer(1);
        ByteBuf message = FrameEncoder.encode(frame, allocator);
        Frame again = FrameDecoder.decode(message, receiver);
        if (again instanceof Frame.Data data) {
            assertThat(data.payload()).isEqualTo(held);
            data.payload().release();
        } else {
            assertThat(again).isEqualTo(frame);
        }
        held.release();
        message.release();
    }
}
