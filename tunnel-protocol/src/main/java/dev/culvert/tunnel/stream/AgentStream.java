package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.credit.ReceiveCredit;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The agent's side of one stream; PROTOCOL.md section 4.
 *
 * <pre>
 *           close()               all is sent                CLOSE
 *   OPEN ───────────▶ CLOSING ─────────────────▶ CLOSE_SENT ───────▶ GONE
 *    │                   │ CLOSE                                      ▲ ▲
 *    │                   └────────────────────────────────────────────┘ │
 *    └─────────────── CLOSE ────────▶ CLOSE_RECEIVED ── close() ────────┘
 * </pre>
 *
 * <p>From any state, the end of the tunnel leads to GONE.
 *
 * <p>Not thread-safe: belongs to its tunnel's thread.
 */
public final class AgentStream extends Turns.Sender {
    private enum State {
        /** Batches come, answers go. */
        OPEN,
        /** This side is done, but for what waits to be sent. */
        CLOSING,
        /** What still arrives is dropped until the relay is done too. */
        CLOSE_SENT,
        /** The relay is done; the session runs what came before. */
        CLOSE_RECEIVED,
        /** Both sides are done. */
        GONE
    }

    private final int id;
    private final AgentTunnel tunnel;
    private final Outbox outbox;
    private final ReceiveCredit receiveCredit;
    private State state = State.OPEN;
    private @Nullable AgentStreamListener listener;
    private @Nullable Refusal reason;

    AgentStream(int id, AgentTunnel tunnel, int relayWindow, ReceiveCredit receiveCredit) {
        this.id = id;
        this.tunnel = tunnel;
        this.outbox = new Outbox(id, relayWindow);
        this.receiveCredit = receiveCredit;
    }

    /** The stream's number. */
    public int id() {
        return id;
    }

    /**
     * Sends a piece of an answer, as soon as credit and the WebSocket allow. {@link
     * AgentStreamListener#onSent} tells the progress: a caller that goes on without waiting for it
     * fills memory.
     *
     * @param bytes taken over
     * @param end whether this ends the answer to a batch
     */
    public void send(ByteBuf bytes, boolean end) {
        if (state != State.OPEN) {
            bytes.release();
            return;
        }
        outbox.add(bytes, end);
        tunnel.schedule(this);
    }

    /** The backend has taken this many bytes of what {@link AgentStreamListener#onData} gave. */
    public void consumed(int bytes) {
        if (state == State.OPEN && bytes != 0) {
            grantFor(bytes);
        }
    }

    /**
     * Ends the stream: after what was given to {@link #send} is on its way, or at once when the
     * relay has closed it. The listener hears no more of it.
     *
     * @param why what the client is told, or null
     */
    public void close(@Nullable Refusal why) {
        switch (state) {
            case OPEN -> {
                state = State.CLOSING;
                reason = why;
                if (outbox.isEmpty()) {
                    sendClose();
                } else {
                    // a client that writes before it reads must be able to go on until it reads
                    grantFor(receiveCredit.unconsumed());
                }
            }
            case CLOSE_RECEIVED -> {
                tunnel.output().send(new Frame.Close(id, null));
                toGone();
            }
            case CLOSING, CLOSE_SENT, GONE -> {
                // done already
            }
        }
    }

    /** Ends the stream without what credit has not let through; for a tunnel that ends. */
    void closeNow(Refusal why) {
        boolean untold = state == State.OPEN;
        if (untold || state == State.CLOSING) {
            outbox.clear();
            state = State.CLOSING;
            reason = why;
            sendClose();
        }
        if (untold) {
            listener().onClose();
        }
    }

    /** From now on, who hears of it. */
    void tell(AgentStreamListener newListener) {
        listener = newListener;
    }

    /** Takes over the payload. */
    void onData(ByteBuf payload, boolean end) {
        try {
            requireBeforeClose("DATA");
            if (state == State.OPEN || state == State.CLOSING) {
                receiveCredit.received(payload.readableBytes());
            }
        } catch (ProtocolViolationException e) {
            payload.release();
            throw e;
        }
        if (state == State.OPEN) {
            listener().onData(payload, end);
            return;
        }
        int bytes = payload.readableBytes();
        payload.release();
        if (state == State.CLOSING) {
            grantFor(bytes);
        }
    }

    void onCredit(int bytes) {
        requireBeforeClose("CREDIT");
        if (state == State.OPEN || state == State.CLOSING) {
            outbox.grant(bytes);
            tunnel.schedule(this);
        }
    }

    void onCancel(int batch) {
        requireBeforeClose("CANCEL");
        if (state == State.OPEN) {
            listener().onCancel(batch);
        }
    }

    void onClose() {
        requireBeforeClose("a second CLOSE");
        switch (state) {
            case OPEN -> {
                state = State.CLOSE_RECEIVED;
                outbox.clear();
                listener().onClose();
            }
            case CLOSING -> {
                outbox.clear();
                tunnel.output().send(new Frame.Close(id, null));
                toGone();
            }
            case CLOSE_SENT -> toGone();
            case CLOSE_RECEIVED, GONE -> throw new IllegalStateException("CLOSE after CLOSE");
        }
    }

    /** The tunnel is over. */
    void end() {
        boolean untold = state == State.OPEN;
        outbox.clear();
        toGone();
        if (untold) {
            listener().onClose();
        }
    }

    @Override
    boolean hasSendable() {
        return outbox.hasSendable();
    }

    @Override
    void sendNext() {
        Frame.Data next = outbox.next(tunnel.maxPayload());
        int size = next.payload().readableBytes();
        tunnel.output().send(next);
        if (state == State.OPEN) {
            listener().onSent(size);
        } else if (state == State.CLOSING && outbox.isEmpty()) {
            sendClose();
        }
    }

    private void grantFor(int consumed) {
        int grant = receiveCredit.consumed(consumed);
        if (grant > 0) {
            tunnel.output().send(new Frame.Credit(id, grant));
        }
    }

    private void sendClose() {
        state = State.CLOSE_SENT;
        tunnel.output().send(new Frame.Close(id, reason));
    }

    private void toGone() {
        state = State.GONE;
        receiveCredit.close();
        tunnel.remove(this);
    }

    private void requireBeforeClose(String what) {
        if (state == State.CLOSE_RECEIVED || state == State.GONE) {
            throw new ProtocolViolationException(what + " on stream " + id + " after its CLOSE");
        }
    }

    private AgentStreamListener listener() {
        AgentStreamListener present = listener;
        if (present == null) {
            throw new IllegalStateException("nobody hears of stream " + id);
        }
        return present;
    }
}
