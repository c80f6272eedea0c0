package dev.culvert.relay.tunnel;

import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.stream.FrameOutput;
import dev.culvert.tunnel.stream.RelayTunnel;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What a tunnel says to its agent and hears from it, over one WebSocket after another: streams,
 * numbering and the measure of the path, put together. Belongs to the tunnel's thread.
 */
final class TunnelWire {
    /** The agent's window and the largest DATA payload in bytes, and the relay's windows. */
    record Sizes(int agentWindow, WindowLimits ownWindows, int maxPayload) {}

    private final ReliableLink link;
    private final RoundTrip roundTrip;
    private final RelayTunnel conversation;

    /**
     * A wire on its first WebSocket.
     *
     * @param onNeverAcknowledged called in the middle of sending
     */
    TunnelWire(
            boolean resumable,
            Sizes sizes,
            FrameOutput webSocket,
            LongSupplier nanoTime,
            Runnable onNeverAcknowledged) {
        link = new ReliableLink(resumable, webSocket, nanoTime, onNeverAcknowledged);
        roundTrip = new RoundTrip(nanoTime, opaque -> ping(new Frame.Ping(opaque)));
        conversation =
                new RelayTunnel(
                        sizes.agentWindow(),
                        sizes.ownWindows(),
                        sizes.maxPayload(),
                        roundTrip,
                        nanoTime,
                        link);
    }

    /** The tunnel's streams. */
    RelayTunnel conversation() {
        return conversation;
    }

    boolean isAttached() {
        return link.isAttached();
    }

    /** Sequenced frames that the agent sent and that came. */
    long received() {
        return link.received();
    }

    void send(Frame frame) {
        link.send(frame);
    }

    /** Acknowledges, and sends PING. */
    void ping(Frame.Ping ping) {
        link.acknowledge();
        link.send(ping);
    }

    /**
     * A frame arrived, any but HELLO and GOAWAY. Takes over the payload of DATA.
     *
     * @throws ProtocolViolationException when the agent broke the specification: end the tunnel
     */
    void onFrame(Frame frame) {
        link.onReceived(frame);
        switch (frame) {
            case Frame.Ping(long opaque) -> {
                link.acknowledge();
                link.send(new Frame.Pong(opaque, Set.of()));
            }
            case Frame.Ack(long count) -> {
                link.onAck(count);
                conversation.onWritable();
            }
            // also a sign of life, which was noted
            case Frame.Pong pong -> roundTrip.onPong(pong.opaque());
            default -> conversation.onFrame(frame);
        }
    }

    /** The WebSocket takes DATA again. */
    void onWritable() {
        conversation.onWritable();
    }

    /** The WebSocket is gone; another may come. */
    void detach() {
        link.detach();
        roundTrip.restart();
    }

    /**
     * The agent has received this many frames: no more is kept of them.
     *
     * @throws ProtocolViolationException for a count that is impossible
     */
    void onAgentReceived(long count) {
        link.onAck(count);
    }

    /** Goes on over another WebSocket, which has been greeted. */
    void attach(FrameOutput webSocket, long agentReceived) {
        roundTrip.restart();
        link.attach(webSocket, agentReceived);
        conversation.onWritable();
    }

    /**
     * The tunnel is over: its streams end with this reason, and nothing is sent or kept any more.
     */
    void breakOff(Refusal reason) {
        try {
            conversation.breakOff(reason);
        } finally {
            link.close();
        }
    }
}
