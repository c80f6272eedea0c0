package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.frame.Frame;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A WebSocket that writes down what it is given. Releases payloads. */
final class RecordingOutput implements FrameOutput {
    private final List<String> frames = new ArrayList<>();

    /** How many frames it takes before it is not writable. */
    int room = Integer.MAX_VALUE;

    @Override
    public boolean isWritable() {
        return room > 0;
    }

    @Override
    public void send(Frame frame) {
        room--;
        frames.add(describe(frame));
    }

    /** What was sent since the last call: {@code "DATA 1 text END"}, {@code "CLOSE 1"}. */
    List<String> taken() {
        List<String> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    private static String describe(Frame frame) {
        String name = frame.type() + " " + Integer.toUnsignedString(frame.stream());
        return switch (frame) {
            case Frame.Data(int _, ByteBuf payload, boolean end) -> {
                String text = payload.toString(StandardCharsets.UTF_8);
                payload.release();
                yield name + " " + text + (end ? " END" : "");
            }
            case Frame.Credit credit -> name + " " + credit.bytes();
            case Frame.Cancel cancel -> name + " " + cancel.batch();
            default -> name;
        };
    }
}
