package dev.culvert.tunnel.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.culvert.tunnel.codec.VectorFrames.Vector;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.testing.BufferShape;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The golden frames of {@code vectors/}, in every buffer shape. */
class VectorsTest {
    private final TrackingAllocator allocator = new TrackingAllocator();

    @AfterEach
    void everythingIsReleased() {
        allocator.assertNothingHeld();
    }

    @TestFactory
    Stream<DynamicTest> decodesGoldenFrames() {
        return each("frames", this::decodesToItsFrame);
    }

    @TestFactory
    Stream<DynamicTest> encodesGoldenFrames() {
        return each("frames", this::isEncodedFromItsFrame);
    }

    @TestFactory
    Stream<DynamicTest> decodesWhatNoEncoderWrites() {
        return each("lenient", this::decodesToItsFrame);
    }

    @TestFactory
    Stream<DynamicTest> ignoresFramesOfTheFuture() {
        return each(
                "ignored",
                vector -> {
                    for (Role receiver : Role.values()) {
                        eachShape(
                                vector.bytes(),
                                message ->
                                        assertThat(FrameDecoder.decode(message, receiver))
                                                .isNull());
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> findsViolations() {
        return each(
                "violations",
                vector -> {
                    String receiver = vector.json().get("receiver").textValue();
                    int close = vector.json().get("close").intValue();
                    String reason = vector.json().get("reason").textValue();
                    for (Role role : rolesNamed(receiver)) {
                        eachShape(
                                vector.bytes(),
                                message -> assertViolation(message, role, close, reason));
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void acceptsTheLargestFrameAndNoLargerOne(Role receiver) {
        byte[] largest = new byte[Frame.HEADER_BYTES + Frame.MAX_PAYLOAD];
        largest[0] = 0x06;
        largest[7] = 1;
        ByteBuf message = allocator.buffer().writeBytes(largest);
        Frame.Data data = (Frame.Data) requireNonNull(FrameDecoder.decode(message, receiver));
        assertThat(data.payload().readableBytes()).isEqualTo(65_536);
        data.payload().release();
        message.writeByte(0);
        assertViolation(message, receiver);
        message.setByte(0, 0x80);
        assertViolation(message, receiver);
        message.release();
    }

    @Test
    void everyTypeHasAGoldenFrame() {
        assertThat(VectorFrames.section("frames"))
                .extracting(vector -> (int) vector.bytes()[0])
                .contains(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    }

    private void decodesToItsFrame(Vector vector) {
        Frame expected = vector.frame(allocator);
        for (Role receiver : Role.values()) {
            eachShape(
                    vector.bytes(),
                    message -> {
                        if (!expected.type().isReceivedBy(receiver)) {
                            assertViolation(message, receiver);
                            return;
                        }
                        Frame frame = FrameDecoder.decode(message, receiver);
                        assertThat(frame).isEqualTo(expected);
                        if (frame instanceof Frame.Data data) {
                            assertThat(message.refCnt()).isEqualTo(2);
                            data.payload().release();
                        }
                    });
        }
        release(expected);
    }

    private void isEncodedFromItsFrame(Vector vector) {
        ByteBuf message = FrameEncoder.encode(vector.frame(allocator), allocator);
        assertThat(message.refCnt()).isEqualTo(1);
        byte[] bytes = ByteBufUtil.getBytes(message);
        if (vector.json().get("frame").has("json")) {
            assertThat(Arrays.copyOf(bytes, Frame.HEADER_BYTES))
                    .isEqualTo(Arrays.copyOf(vector.bytes(), Frame.HEADER_BYTES));
            assertThat(jsonOf(bytes)).isEqualTo(jsonOf(vector.bytes()));
        } else {
            HexFormat hex = HexFormat.of();
            assertThat(hex.formatHex(bytes)).isEqualTo(hex.formatHex(vector.bytes()));
        }
        message.release();
    }

    private static Object jsonOf(byte[] message) {
        int header = Frame.HEADER_BYTES;
        String text = new String(message, header, message.length - header, StandardCharsets.UTF_8);
        try {
            return VectorFrames.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    /** Decoding reads a message, and leaves it as it was. */
    private void eachShape(byte[] bytes, Consumer<ByteBuf> decoding) {
        for (BufferShape shape : BufferShape.values()) {
            ByteBuf message = shape.hold(bytes, allocator);
            int readerIndex = message.readerIndex();
            int writerIndex = message.writerIndex();
            decoding.accept(message);
            assertThat(message.readerIndex()).as("%s", shape).isEqualTo(readerIndex);
            assertThat(message.writerIndex()).as("%s", shape).isEqualTo(writerIndex);
            assertThat(message.refCnt()).as("%s", shape).isEqualTo(1);
            message.release();
        }
    }

    private static void assertViolation(ByteBuf message, Role receiver) {
        assertViolation(message, receiver, CloseCode.VIOLATION.code(), "");
    }

    private static void assertViolation(
            ByteBuf message, Role receiver, int closeCode, String reason) {
        assertThatExceptionOfType(ProtocolViolationException.class)
                .as("as %s", receiver)
                .isThrownBy(() -> FrameDecoder.decode(message, receiver))
                .satisfies(e -> assertThat(e.closeCode().code()).isEqualTo(closeCode))
                .satisfies(e -> assertThat(e.getMessage()).contains(reason).hasSizeBetween(1, 123));
    }

    private static List<Role> rolesNamed(String receiver) {
        return switch (receiver) {
            case "both" -> List.of(Role.values());
            case "relay" -> List.of(Role.RELAY);
            case "agent" -> List.of(Role.AGENT);
            default -> throw new IllegalArgumentException(receiver);
        };
    }

    private static void release(Frame frame) {
        if (frame instanceof Frame.Data data) {
            data.payload().release();
        }
    }

    private static Stream<DynamicTest> each(String section, Consumer<Vector> test) {
        return VectorFrames.section(section).stream()
                .map(vector -> dynamicTest(vector.name(), () -> test.accept(vector)));
    }
}
