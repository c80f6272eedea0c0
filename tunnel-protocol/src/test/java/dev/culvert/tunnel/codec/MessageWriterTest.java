package dev.culvert.tunnel.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.FrameType;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is what Netty's decoder reads. */
class MessageWriterTest {
    private static final int ROUNDS = 100;

    private final TrackingAllocator allocator = new TrackingAllocator();
    private final Random random = new Random(6455);
    private final Map<Role, EmbeddedChannel> receivers = new EnumMap<>(Role.class);

    @AfterEach
    void everythingIsReleased() {
        receivers.values().forEach(EmbeddedChannel::finishAndReleaseAll);
        allocator.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource
    void frameOfAnyType(FrameType type) {
        RandomFrames frames = new RandomFrames(new Random(type.code()), allocator);
        for (int round = 0; round < ROUNDS; round++) {
            for (Role sender : Role.values()) {
                Frame frame = frames.next(type);
                byte[] expected = encoded(frame);
                assertThat(read(sender, written(frame, sender)))
                        .as("round %d, %s", round, sender)
                        .isEqualTo(expected);
            }
        }
    }

    /** Sizes have three forms, and a mask has four bytes, of which the last may be cut off. */
    @ParameterizedTest
    @EnumSource
    void dataOfAnySize(Role sender) {
        for (int round = 0; round < ROUNDS; round++) {
            int around =
                    switch (round % 4) {
                        case 0 -> 8;
                        case 1 -> 126;
                        case 2 -> 1_024;
                        default -> Frame.MAX_PAYLOAD;
                    };
            int size = Math.clamp(around - 20L + random.nextInt(24), 0, Frame.MAX_PAYLOAD);
            Frame.Data data = new Frame.Data(round, payload(size), round % 3 == 0);
            byte[] expected = encoded(data);
            assertThat(read(sender, written(data, sender)))
                    .as("%d bytes", size)
                    .isEqualTo(expected);
        }
    }

    @Test
    void anAgentsBytesAreNotThoseOfTheirContent() {
        byte[] content =
                "GET /secret HTTP/1.1".repeat(9).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Frame.Data data =
                    new Frame.Data(1, allocator.buffer(content.length).writeBytes(content), true);
            ByteBuf message = written(data, Role.AGENT).getFirst();
            seen.add(ByteBufUtil.hexDump(message));
            message.release();
        }
        assertThat(seen.get(0)).isNotEqualTo(seen.get(1));
        assertThat(seen).noneMatch(hex -> hex.contains(ByteBufUtil.hexDump(content)));
    }

    @Test
    void aLargePayloadOfTheRelayIsNotCopied() {
        ByteBuf payload = payload(Frame.MAX_PAYLOAD);
        List<ByteBuf> parts = written(new Frame.Data(1, payload, false), Role.RELAY);
        assertThat(parts).hasSize(2);
        assertThat(parts.getLast()).isSameAs(payload);
        parts.forEach(ByteBuf::release);
    }

    private ByteBuf payload(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        int skipped = random.nextInt(9);
        ByteBuf buffer = random.nextBoolean() ? allocator.heapBuffer(1) : allocator.directBuffer(1);
        return buffer.writeZero(skipped).skipBytes(skipped).writeBytes(bytes);
    }

    private byte[] encoded(Frame frame) {
        Frame copy =
                frame instanceof Frame.Data data
                        ? new Frame.Data(
                                data.stream(), data.payload().retainedDuplicate(), data.end())
                        : frame;
        ByteBuf encoded = FrameEncoder.encode(copy, allocator);
        byte[] bytes = ByteBufUtil.getBytes(encoded);
        encoded.release();
        return bytes;
    }

    private List<ByteBuf> written(Frame frame, Role sender) {
        List<ByteBuf> parts = new ArrayList<>();
        MessageWriter.write(frame, sender, allocator, parts::add);
        return parts;
    }

    private byte[] read(Role sender, List<ByteBuf> parts) {
        EmbeddedChannel receiver = receivers.computeIfAbsent(sender, MessageWriterTest::receiver);
        // Netty's leak detector records each access to buffers of its own
        for (ByteBuf part : parts) {
            receiver.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(part)));
            part.release();
        }
        BinaryWebSocketFrame frame = requireNonNull(receiver.readInbound());
        assertThat(frame.isFinalFragment()).isTrue();
        byte[] content = ByteBufUtil.getBytes(frame.content());
        frame.release();
        Object another = receiver.readInbound();
        assertThat(another).isNull();
        return content;
    }

    private static EmbeddedChannel receiver(Role sender) {
        EmbeddedChannel receiver =
                new EmbeddedChannel(
                        new WebSocket13FrameDecoder(
                                WebSocketDecoderConfig.newBuilder()
                                        .expectMaskedFrames(sender == Role.AGENT)
                                        .allowMaskMismatch(false)
                                        .maxFramePayloadLength(1 << 20)
                                        .build()));
        receiver.config().setAllocator(new UnpooledByteBufAllocator(false, true));
        return receiver;
    }
}
