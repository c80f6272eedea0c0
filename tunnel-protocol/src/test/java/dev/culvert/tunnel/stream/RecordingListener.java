package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session that writes down what it is told. Releases payloads. */
class RecordingListener implements StreamListener {
    private final List<String> events = new ArrayList<>();

    /** How often what was to be sent had to wait. */
    int stalls;

    /** How often the agent had used up its credit. */
    int agentStalls;

    /** What was told since the last call: {@code "data text END"}, {@code "end 57P02"}. */
    List<String> taken() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    @Override
    public void onAccepted() {
        events.add("accepted");
    }

    @Override
    public void onData(ByteBuf payload, boolean end) {
        events.add("data " + payload.toString(StandardCharsets.UTF_8) + (end ? " END" : ""));
        payload.release();
    }

    @Override
    public void onStalled() {
        stalls++;
    }

    @Override
    public void onAgentStalled() {
        agentStalls++;
    }

    @Override
    public void onSent(int bytes) {
        events.add("sent " + bytes);
    }

    @Override
    public void onEnd(@Nullable Refusal reason) {
        events.add("end " + (reason == null ? "without a reason" : reason.sqlstate()));
    }
}
