package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;

/** A tunnel with small numbers: windows of ten bytes, payloads of four. */
abstract class TunnelFixture {
    static final int WINDOW = 10;
    static final int MAX_PAYLOAD = 4;
    static final Refusal STOPPED = Refusal.of("57P02", "the database has stopped");

    final TrackingAllocator allocator = new TrackingAllocator();
    final RecordingOutput output = new RecordingOutput();
    final RecordingListener listener = new RecordingListener();
    final RelayTunnel tunnel =
            new RelayTunnel(
                    WINDOW,
                    WindowLimits.fixed(WINDOW),
                    MAX_PAYLOAD,
                    new RoundTrip(() -> 0, _ -> {}),
                    () -> 0,
                    output);

    @AfterEach
    void everythingIsReleased() {
        allocator.assertNothingHeld();
    }

    final RelayStream opened(StreamListener told) {
        RelayStream stream = tunnel.open(TunnelFixture::open, told);
        output.taken();
        return stream;
    }

    final RelayStream opened() {
        return opened(listener);
    }

    final RelayStream accepted() {
        RelayStream stream = opened();
        receive(new Frame.Accept(stream.id()));
        listener.taken();
        return stream;
    }

    final void receive(Frame frame) {
        tunnel.onFrame(frame);
    }

    final void receiveData(RelayStream stream, String text) {
        receive(new Frame.Data(stream.id(), bytes(text), false));
    }

    final void assertViolation(Frame frame, String message) {
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> tunnel.onFrame(frame))
                .withMessageContaining(message);
    }

    final ByteBuf bytes(String text) {
        return allocator.buffer(16).writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    static Frame.Open open(int stream) {
        return new Frame.Open(stream, "s", "u", "d", new Frame.Client("192.0.2.1", 1), "");
    }
}
