package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.credit.ReceiveCredit;
import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowBudget;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * The relay's side of a live tunnel, from WELCOME on: its streams, whose turn it is to send, and
 * the rules of PROTOCOL.md sections 4 to 6.
 *
 * <p>Fairness: streams that have something to send take turns, one DATA frame each, while the
 * WebSocket takes more; every other frame is sent at once.
 *
 * <p>Not thread-safe: belongs to the thread that owns the WebSocket.
 */
public final class RelayTunnel {
    private final int agentWindow;
    private final WindowBudget ownWindows;
    private final RoundTrip roundTrip;
    private final LongSupplier nanoTime;
    private final int maxPayload;
    private final FrameOutput output;
    private final IntObjectMap<RelayStream> streams = new IntObjectHashMap<>();
    private final Turns turns;
    private int lastStream;

    /**
     * Starts without streams.
     *
     * @param agentWindow initial credit towards the agent, bytes
     * @param ownWindows credit towards the relay
     * @param maxPayload largest DATA payload, bytes
     * @param roundTrip what windows grow by
     * @param nanoTime the clock that windows grow by
     */
    public RelayTunnel(
            int agentWindow,
            WindowLimits ownWindows,
            int maxPayload,
            RoundTrip roundTrip,
            LongSupplier nanoTime,
            FrameOutput output) {
        this.agentWindow = agentWindow;
        this.ownWindows = new WindowBudget(ownWindows);
        this.roundTrip = roundTrip;
        this.nanoTime = nanoTime;
        this.maxPayload = maxPayload;
        this.output = output;
        this.turns = new Turns(output);
    }

    /**
     * Opens the next stream.
     *
     * @param open makes the OPEN frame for the stream's number
     */
    public RelayStream open(IntFunction<Frame.Open> open, StreamListener listener) {
        int id = lastStream + 1;
        Frame.Open frame = open.apply(id);
        RelayStream stream =
                new RelayStream(
                        id,
                        this,
                        listener,
                        agentWindow,
                        new ReceiveCredit(ownWindows, roundTrip, nanoTime));
        lastStream = id;
        streams.put(id, stream);
        output.send(frame);
        return stream;
    }

    /** Streams that are not gone. */
    public int streams() {
        return streams.size();
    }

    /** What the agent may send ahead on all streams together, in bytes. */
    public long windows() {
        return ownWindows.used();
    }

    /**
     * A stream's frame arrived. Takes over the payload of DATA, also when it throws.
     *
     * @throws ProtocolViolationException when the agent broke the specification: end the tunnel
     * @throws IllegalArgumentException for frames that belong to no stream
     */
    public void onFrame(Frame frame) {
        switch (frame) {
            case Frame.Data data -> {
                RelayStream stream = streams.get(data.stream());
                if (stream == null) {
                    data.payload().release();
                    throw unknownStream(frame);
                }
                int size = data.payload().readableBytes();
                if (size > maxPayload) {
                    data.payload().release();
                    throw new ProtocolViolationException("DATA of " + size + " bytes");
                }
                stream.onData(data.payload(), data.end());
            }
            case Frame.Credit credit -> stream(frame).onCredit(credit.bytes());
            case Frame.Accept _ -> stream(frame).onAccept();
            case Frame.Reject reject -> stream(frame).onReject(reject.reason());
            case Frame.Close close -> stream(frame).onClose(close.reason());
            case Frame.Open _,
                    Frame.Cancel _,
                    Frame.Hello _,
                    Frame.Welcome _,
                    Frame.Ping _,
                    Frame.Pong _,
                    Frame.Ack _,
                    Frame.GoAway _ ->
                    throw new IllegalArgumentException(frame.type() + " is not for a stream");
        }
    }

    /** The WebSocket takes DATA again. */
    public void onWritable() {
        turns.pump();
    }

    /**
     * The WebSocket is gone: every stream ends with this reason, also when a listener throws on
     * hearing it.
     */
    public void breakOff(Refusal reason) {
        RuntimeException failure = null;
        for (RelayStream stream : new ArrayList<>(streams.values())) {
            try {
                stream.end(reason);
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    FrameOutput output() {
        return output;
    }

    int maxPayload() {
        return maxPayload;
    }

    void schedule(RelayStream stream) {
        turns.schedule(stream);
    }

    void remove(RelayStream stream) {
        streams.remove(stream.id());
    }

    private RelayStream stream(Frame frame) {
        RelayStream stream = streams.get(frame.stream());
        if (stream == null) {
            throw unknownStream(frame);
        }
        return stream;
    }

    private static ProtocolViolationException unknownStream(Frame frame) {
        return new ProtocolViolationException(
                frame.type()
                        + " on stream "
                        + Integer.toUnsignedString(frame.stream())
                        + ", which is not open");
    }
}
