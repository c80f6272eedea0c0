package dev.culvert.tunnel.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.FrameType;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCodecTest {
    private static final int ROUNDS = 400;

    private final TrackingAllocator allocator = new TrackingAllocator();

    @AfterEach
    void everythingIsReleased() {
        allocator.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource
    void decodesWhatItEncodes(FrameType type) {
        RandomFrames frames = new RandomFrames(new Random(type.code()), allocator);
        for (int round = 0; round < ROUNDS; round++) {
            Frame frame = frames.next(type);
            Frame expected = copyOf(frame);
            ByteBuf message = FrameEncoder.encode(frame, allocator);
            assertThat(message.readableBytes())
                    .isBetween(Frame.HEADER_BYTES, Frame.HEADER_BYTES + Frame.MAX_PAYLOAD);
            for (Role receiver : Role.values()) {
                if (type.isReceivedBy(receiver)) {
                    Frame decoded = requireNonNull(FrameDecoder.decode(message, receiver));
                    assertThat(decoded).as("round %d", round).isEqualTo(expected);
                    release(decoded);
                }
            }
            release(expected);
            assertThat(message.refCnt()).isEqualTo(1);
            message.release();
        }
    }

    @Test
    void encodingEmptyDataReleasesThePayload() {
        ByteBuf payload = allocator.buffer(1);
        ByteBuf message = FrameEncoder.encode(new Frame.Data(1, payload, true), allocator);
        assertThat(payload.refCnt()).isZero();
        message.release();
    }

    @Test
    void aDecodedPayloadOutlivesItsMessage() {
        ByteBuf message =
                FrameEncoder.encode(
                        new Frame.Data(1, allocator.buffer(1).writeByte('a'), true), allocator);
        Frame.Data data = (Frame.Data) requireNonNull(FrameDecoder.decode(message, Role.RELAY));
        message.release();
        assertThat(data.payload().readByte()).isEqualTo((byte) 'a');
        data.payload().release();
    }

    @Test
    void logsNoSecret() {
        Frame.User user = new Frame.User("anna", "SCRAM-SHA-256$4096:secret");
        Frame hello =
                new Frame.Hello(
                        "x",
                        null,
                        "secret",
                        null,
                        List.of(user),
                        new Frame.Backend(Frame.Backend.Kind.PGLITE, "1"),
                        null,
                        null,
                        Frame.Hello.MIN_WINDOW);
        assertThat(hello.toString() + user).doesNotContain("secret");
    }

    private Frame copyOf(Frame frame) {
        return frame instanceof Frame.Data(int stream, ByteBuf payload, boolean end)
                ? new Frame.Data(stream, allocator.buffer().writeBytes(payload.duplicate()), end)
                : frame;
    }

    private static void release(Frame frame) {
        if (frame instanceof Frame.Data data) {
            data.payload().release();
        }
    }
}
