package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.testing.TrackingAllocator;
import org.junit.jupiter.api.Test;

/** A WebSocket that notices its end only while it is given a frame. */
class BrokenOutputTest {
    private final TrackingAllocator allocator = new TrackingAllocator();
    private final RecordingListener listener = new RecordingListener();
    private final BreakingOutput output = new BreakingOutput();
    private final RelayTunnel tunnel =
            new RelayTunnel(
                    10,
                    WindowLimits.fixed(10),
                    4,
                    new RoundTrip(() -> 0, _ -> {}),
                    () -> 0,
                    output);

    private final class BreakingOutput implements FrameOutput {
        private boolean broken;

        @Override
        public void send(Frame frame) {
            if (frame instanceof Frame.Data data) {
                data.payload().release();
            }
            if (broken) {
                tunnel.breakOff(Refusal.of("08006", "the agent is lost"));
            }
        }

        @Override
        public boolean isWritable() {
            return true;
        }
    }

    @Test
    void dataThatFindsItBrokenIsNotReportedAfterTheEnd() {
        RelayStream stream = tunnel.open(TunnelFixture::open, listener);
        output.broken = true;
        stream.send(allocator.buffer().writeLong(1), true);
        assertThat(listener.taken()).containsExactly("end 08006");
        assertThat(tunnel.streams()).isZero();
        allocator.assertNothingHeld();
    }

    @Test
    void closeThatFindsItBrokenEndsTheStream() {
        RelayStream stream = tunnel.open(TunnelFixture::open, listener);
        output.broken = true;
        stream.close();
        assertThat(listener.taken()).isEmpty();
        assertThat(tunnel.streams()).isZero();
    }

    @Test
    void anAgentsCloseThatFindsItBrokenIsToldOnce() {
        tunnel.open(TunnelFixture::open, listener);
        output.broken = true;
        tunnel.onFrame(new Frame.Close(1, null));
        assertThat(listener.taken()).hasSize(1);
        assertThat(tunnel.streams()).isZero();
    }
}
