package dev.culvert.agent.dial;

import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.stream.AgentTunnel;
import dev.culvert.tunnel.stream.StreamAcceptor;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What a tunnel has from a WELCOME on until it is closed or the relay begins a new epoch: its
 * streams, and what is kept for a resume. It outlives WebSockets.
 */
final class Epoch {
    private final ReliableLink link;
    private final RoundTrip roundTrip;
    private final AgentTunnel tunnel;
    private final BooleanSupplier busy;

    /**
     * An epoch on its first WebSocket.
     *
     * @param windows what the relay may send ahead
     * @param sessions takes new sessions in
     * @param busy whether a batch runs
     * @param onNeverAcknowledged called once, when the relay leaves so much unacknowledged that the
     *     tunnel has to end
     */
    Epoch(
            Frame.Welcome welcome,
            AgentSocket socket,
            WindowLimits windows,
            Surroundings surroundings,
            StreamAcceptor sessions,
            BooleanSupplier busy,
            Runnable onNeverAcknowledged) {
        this.busy = busy;
        link =
                new ReliableLink(
                        welcome.resume() != null,
                        socket,
                        surroundings::nanoTime,
                        onNeverAcknowledged);
        roundTrip = new RoundTrip(surroundings::nanoTime, this::measure);
        tunnel =
                new AgentTunnel(
                        welcome.window(),
                        windows,
                        welcome.maxPayload(),
                        roundTrip,
                        surroundings::nanoTime,
                        link,
                        sessions);
    }

    /** Sequenced frames that have come. */
    long received() {
        return link.received();
    }

    /** Whether it has no stream. */
    boolean isEmpty() {
        return tunnel.streams() == 0;
    }

    /** The WebSocket is gone, and another one may come. */
    void detach() {
        roundTrip.restart();
        link.detach();
    }

    /**
     * Goes on over another WebSocket.
     *
     * @throws ProtocolViolationException when the relay cannot have received so many frames
     */
    void resume(AgentSocket socket, long relayReceived) {
        link.attach(socket, relayReceived);
        tunnel.onWritable();
    }

    void onWritable() {
        tunnel.onWritable();
    }

    /**
     * A frame arrived. Takes over the payload of DATA.
     *
     * @throws ProtocolViolationException when it is not allowed here
     */
    void onFrame(Frame frame) {
        link.onReceived(frame);
        switch (frame) {
            case Frame.Ping(long opaque) -> {
                link.acknowledge();
                link.send(new Frame.Pong(opaque, flags()));
            }
            case Frame.Ack(long count) -> {
                link.onAck(count);
                tunnel.onWritable();
            }
            case Frame.Pong pong -> roundTrip.onPong(pong.opaque());
            default -> tunnel.onFrame(frame);
        }
    }

    /** Tells every client, and the relay, that the tunnel ends. */
    void sayGoodbye(Refusal refusal, Frame.GoAway goAway) {
        tunnel.sayGoodbye(refusal);
        link.send(goAway);
    }

    /** Tells the relay that the tunnel ends; there is no session. */
    void sayGoodbye(Frame.GoAway goAway) {
        link.send(goAway);
    }

    /** Ends every session without a word. */
    void abandon() {
        try {
            tunnel.breakOff();
        } finally {
            link.close();
        }
    }

    private Set<Frame.PongFlag> flags() {
        return busy.getAsBoolean()
                ? EnumSet.of(Frame.PongFlag.BUSY)
                : EnumSet.noneOf(Frame.PongFlag.class);
    }

    private void measure(long opaque) {
        link.acknowledge();
        link.send(new Frame.Ping(opaque));
    }
}
