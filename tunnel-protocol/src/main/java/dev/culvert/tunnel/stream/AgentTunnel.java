package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.credit.ReceiveCredit;
import dev.culvert.tunnel.credit.RoundTrip;
import dev.culvert.tunnel.credit.WindowBudget;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The agent's side of a live tunnel, from WELCOME on: its streams, whose turn it is to send, and
 * the rules of PROTOCOL.md sections 4 to 6. The counterpart of {@link RelayTunnel}.
 *
 * <p>Not thread-safe: belongs to the thread that owns the WebSocket.
 */
public final class AgentTunnel {
    /** Rejected streams that are remembered: the relay's frames for them may be under way. */
    private static final int MAX_REJECTED = 1_024;

    private final int relayWindow;
    private final WindowBudget ownWindows;
    private final RoundTrip roundTrip;
    private final LongSupplier nanoTime;
    private final int maxPayload;
    private final FrameOutput output;
    private final StreamAcceptor acceptor;
    private final Turns turns;
    private final IntObjectMap<AgentStream> streams = new IntObjectHashMap<>();
    private final SequencedSet<Integer> rejected = new LinkedHashSet<>();
    private int lastStream;

    /**
     * Starts without streams.
     *
     * @param relayWindow initial credit towards the relay, bytes
     * @param ownWindows credit towards the agent
     * @param maxPayload largest DATA payload, bytes
     * @param roundTrip what windows grow by
     * @param nanoTime the clock that windows grow by
     * @param acceptor takes new sessions in
     */
    public AgentTunnel(
            int relayWindow,
            WindowLimits ownWindows,
            int maxPayload,
            RoundTrip roundTrip,
            LongSupplier nanoTime,
            FrameOutput output,
            StreamAcceptor acceptor) {
        this.relayWindow = relayWindow;
        this.ownWindows = new WindowBudget(ownWindows);
        this.maxPayload = maxPayload;
        this.roundTrip = roundTrip;
        this.nanoTime = nanoTime;
        this.output = output;
        this.acceptor = acceptor;
        this.turns = new Turns(output);
    }

    /** Streams that are not gone. */
    public int streams() {
        return streams.size();
    }

    /** What the relay may send ahead on all streams together, in bytes. */
    public long windows() {
        return ownWindows.used();
    }

    /**
     * A stream's frame arrived. Takes over the payload of DATA, also when it throws.
     *
     * @throws ProtocolViolationException when the relay broke the specification: end the tunnel
     * @throws IllegalArgumentException for frames that belong to no stream
     */
    public void onFrame(Frame frame) {
        if (frame instanceof Frame.Open open) {
            onOpen(open);
            return;
        }
        AgentStream stream = streams.get(frame.stream());
        try {
            if (stream == null) {
                requireRejected(frame);
            } else {
                onFrame(stream, frame);
            }
        } finally {
            if (frame instanceof Frame.Data data && stream == null) {
                data.payload().release();
            }
        }
    }

    private void onFrame(AgentStream stream, Frame frame) {
        switch (frame) {
            case Frame.Data(int _, ByteBuf payload, boolean end) -> {
                int size = payload.readableBytes();
                if (size > maxPayload) {
                    payload.release();
                    throw new ProtocolViolationException("DATA of " + size + " bytes");
                }
                stream.onData(payload, end);
            }
            case Frame.Credit credit -> stream.onCredit(credit.bytes());
            case Frame.Cancel cancel -> stream.onCancel(cancel.batch());
            case Frame.Close _ -> stream.onClose();
            default -> throw new IllegalArgumentException(frame.type() + " is not for a stream");
        }
    }

    /** The WebSocket takes DATA again. */
    public void onWritable() {
        turns.pump();
    }

    /**
     * Closes every stream, each with a word to its client and without what credit has not let
     * through: the tunnel is about to end.
     */
    public void sayGoodbye(Refusal reason) {
        forEach(stream -> stream.closeNow(reason));
    }

    /** The tunnel is over: every stream ends, also when a listener throws on hearing it. */
    public void breakOff() {
        forEach(AgentStream::end);
    }

    FrameOutput output() {
        return output;
    }

    int maxPayload() {
        return maxPayload;
    }

    void schedule(AgentStream stream) {
        turns.schedule(stream);
    }

    void remove(AgentStream stream) {
        streams.remove(stream.id());
    }

    private void onOpen(Frame.Open open) {
        int id = open.stream();
        if (Integer.compareUnsigned(id, lastStream) <= 0) {
            throw new ProtocolViolationException(
                    "a second OPEN of stream " + Integer.toUnsignedString(id));
        }
        lastStream = id;
        Refusal refusal = acceptor.rejects(open);
        if (refusal != null) {
            rejected.add(id);
            if (rejected.size() > MAX_REJECTED) {
                rejected.removeFirst();
            }
            output.send(new Frame.Reject(id, refusal));
            return;
        }
        AgentStream stream =
                new AgentStream(
                        id, this, relayWindow, new ReceiveCredit(ownWindows, roundTrip, nanoTime));
        streams.put(id, stream);
        output.send(new Frame.Accept(id));
        stream.tell(acceptor.begin(open, stream));
    }

    private void forEach(Consumer<AgentStream> action) {
        RuntimeException failure = null;
        for (AgentStream stream : new ArrayList<>(streams.values())) {
            try {
                action.accept(stream);
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

    private void requireRejected(Frame frame) {
        if (!rejected.contains(frame.stream())) {
            throw new ProtocolViolationException(
                    frame.type()
                            + " on stream "
                            + Integer.toUnsignedString(frame.stream())
                            + ", which is not open");
        }
    }
}
