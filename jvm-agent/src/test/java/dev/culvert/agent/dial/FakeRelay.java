package dev.culvert.agent.dial;

import static java.util.Objects.requireNonNull;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The relay's ends of the WebSockets that an agent dials. */
final class FakeRelay implements Dialer {
    static final String SECRET = "s".repeat(Frame.Resumption.SECRET_LENGTH);

    private final Deque<End> dialled = new ArrayDeque<>();
    private int dials;

    /** One WebSocket. */
    static final class End implements AgentSocket {
        private final SocketListener listener;
        private final List<Frame> frames = new ArrayList<>();

        /** What the agent closed it with, or 0. */
        int closeCode;

        End(SocketListener listener) {
            this.listener = listener;
        }

        /** The WebSocket opens; returns the agent's HELLO. */
        Frame.Hello open() {
            listener.onOpen(this);
            return (Frame.Hello) frames.removeFirst();
        }

        void fail() {
            listener.onFailed(new IllegalStateException("connection refused"));
        }

        /** Says WELCOME. */
        void welcome(@Nullable Long received) {
            say(
                    new Frame.Welcome(
                            "relay",
                            "name",
                            "name.relay.test",
                            5432,
                            300,
                            3600,
                            Frame.Timeouts.NONE,
                            32_768,
                            32_768,
                            new Frame.Resumption(SECRET, 30, received)));
        }

        void say(Frame frame) {
            ByteBuf message = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
            listener.onMessage(message);
            message.release();
        }

        void sayBytes(int... bytes) {
            ByteBuf message = Unpooled.buffer();
            for (int each : bytes) {
                message.writeByte(each);
            }
            listener.onMessage(message);
            message.release();
        }

        void ping() {
            say(new Frame.Ping(7));
            frames.remove(new Frame.Pong(7, Set.of()));
        }

        void close(int code) {
            listener.onClosed(code, "");
        }

        /** What the agent said since the last call. */
        List<String> heard() {
            List<String> heard = frames.stream().map(FakeRelay::describe).toList();
            frames.clear();
            return heard;
        }

        @Override
        public void close(int code, String reason) {
            closeCode = code;
        }

        @Override
        public void send(Frame frame) {
            ByteBuf message = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
            frames.add(requireNonNull(FrameDecoder.decode(message, Role.RELAY)));
            message.release();
        }

        @Override
        public boolean isWritable() {
            return closeCode == 0;
        }
    }

    @Override
    public void dial(SocketListener listener) {
        dials++;
        dialled.add(new End(listener));
    }

    /** The next WebSocket that the agent has dialled. */
    End next() {
        return dialled.remove();
    }

    /** Whether the agent has not dialled since. */
    boolean isQuiet() {
        return dialled.isEmpty();
    }

    int dials() {
        return dials;
    }

    static Frame.Data data(int stream, String text) {
        return new Frame.Data(stream, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), true);
    }

    static Frame.Open open(int stream) {
        return new Frame.Open(stream, "s", "u", "d", new Frame.Client("192.0.2.1", 1), "");
    }

    private static String describe(Frame frame) {
        return switch (frame) {
            case Frame.Data(int stream, ByteBuf payload, boolean end) -> {
                String text = payload.toString(StandardCharsets.UTF_8);
                payload.release();
                yield "DATA " + stream + " " + text + (end ? " END" : "");
            }
            case Frame.GoAway goAway -> "GOAWAY " + goAway.code();
            case Frame.Close close ->
                    "CLOSE "
                            + close.stream()
                            + (close.reason() == null ? "" : " " + close.reason().sqlstate());
            case Frame.Ack ack -> "ACK " + ack.count();
            case Frame.Pong pong ->
                    "PONG " + pong.opaque() + (pong.flags().isEmpty() ? "" : " BUSY");
            default -> frame.type() + (frame.stream() == 0 ? "" : " " + frame.stream());
        };
    }
}
