package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.credit.ReceiveCredit;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The relay's side of one stream; PROTOCOL.md section 4.
 *
 * <pre>
 *            ACCEPT            close()             CLOSE, REJECT
 *   OPENED ─────────▶ ACCEPTED ───────▶ CLOSING ─────────────────▶ GONE
 *     │  └────────────────────────────────▲                          ▲
 *     │         close()                                              │
 *     └───────────────── REJECT, CLOSE, tunnel broken ───────────────┘  (ACCEPTED likewise)
 * </pre>
 *
 * <p>Not thread-safe: belongs to its tunnel's thread.
 */
public final class RelayStream extends Turns.Sender {
    private enum State {
        /** OPEN is sent. */
        OPENED,
        /** The agent runs batches. */
        ACCEPTED,
        /** This side is done; what still arrives is dropped until the agent is done too. */
        CLOSING,
        /** Both sides are done. */
        GONE
    }

    private final int id;
    private final RelayTunnel tunnel;
    private final StreamListener listener;
    private final Outbox outbox;
    private final ReceiveCredit receiveCredit;
    private State state = State.OPENED;
    private boolean closeSent;

    /** Whether what waits waits for credit. */
    private boolean stalled;

    RelayStream(
            int id,
            RelayTunnel tunnel,
            StreamListener listener,
            int agentWindow,
            ReceiveCredit receiveCredit) {
        this.id = id;
        this.tunnel = tunnel;
        this.listener = listener;
        this.outbox = new Outbox(id, agentWindow);
        this.receiveCredit = receiveCredit;
    }

    /** The stream's number. */
    public int id() {
        return id;
    }

    /**
     * Sends a piece of a batch, as soon as credit and the WebSocket allow. {@link
     * StreamListener#onSent} tells the progress: a caller that goes on without waiting for it fills
     * memory.
     *
     * @param bytes taken over
     * @param end whether this ends the batch
     */
    public void send(ByteBuf bytes, boolean end) {
        if (!isOpen()) {
            bytes.release();
            return;
        }
        outbox.add(bytes, end);
        noteStall();
        tunnel.schedule(this);
    }

    /** The client has taken this many bytes of what {@link StreamListener#onData} gave. */
    public void consumed(int bytes) {
        if (isOpen() && bytes != 0) {
            grantFor(bytes);
        }
    }

    /** Asks the agent to cancel a batch; batches count from 1. */
    public void cancel(int batch) {
        if (isOpen()) {
            tunnel.output().send(new Frame.Cancel(id, batch));
        }
    }

    /**
     * Ends the stream, after what was given to {@link #send} is on its way. The listener hears no
     * more of it.
     */
    public void close() {
        if (!isOpen()) {
            return;
        }
        state = State.CLOSING;
        if (outbox.isEmpty()) {
            sendClose();
        } else {
            // what waits may need credit that comes only after an answer: nobody reads that answer
            // any more, but the agent must be able to send it
            grantFor(receiveCredit.unconsumed());
        }
    }

    void onAccept() {
        if (state == State.CLOSING) {
            return;
        }
        if (state != State.OPENED) {
            throw new ProtocolViolationException("second ACCEPT of stream " + id);
        }
        state = State.ACCEPTED;
        listener.onAccepted();
    }

    void onReject(Refusal reason) {
        if (state == State.ACCEPTED) {
            throw new ProtocolViolationException("REJECT of accepted stream " + id);
        }
        end(reason);
    }

    /** Takes over the payload. */
    void onData(ByteBuf payload, boolean end) {
        switch (state) {
            case CLOSING -> {
                int bytes = payload.readableBytes();
                payload.release();
                if (!closeSent) {
                    receiveCredit.received(bytes);
                    grantFor(bytes);
                }
            }
            case GONE -> payload.release();
            case OPENED -> {
                payload.release();
                throw new ProtocolViolationException("DATA before ACCEPT of stream " + id);
            }
            case ACCEPTED -> {
                try {
                    receiveCredit.received(payload.readableBytes());
                } catch (ProtocolViolationException e) {
                    payload.release();
                    throw e;
                }
                if (receiveCredit.isUsedUp()) {
                    listener.onAgentStalled();
                }
                listener.onData(payload, end);
            }
        }
    }

    void onCredit(int bytes) {
        if (closeSent) {
            return;
        }
        outbox.grant(bytes);
        stalled = false;
        tunnel.schedule(this);
    }

    void onClose(@Nullable Refusal reason) {
        sendClose();
        end(reason);
    }

    /** The tunnel is broken, or the agent is done: everything that waits is void. */
    void end(@Nullable Refusal reason) {
        boolean untold = isOpen();
        state = State.GONE;
        outbox.clear();
        receiveCredit.close();
        tunnel.remove(this);
        if (untold) {
            listener.onEnd(reason);
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
        if (isOpen()) {
            listener.onSent(size);
            noteStall();
        } else if (state == State.CLOSING && outbox.isEmpty()) {
            sendClose();
        }
    }

    private void noteStall() {
        if (!stalled && !outbox.isEmpty() && !outbox.hasSendable()) {
            stalled = true;
            listener.onStalled();
        }
    }

    private boolean isOpen() {
        return state == State.OPENED || state == State.ACCEPTED;
    }

    private void grantFor(int consumed) {
        int grant = receiveCredit.consumed(consumed);
        if (grant > 0) {
            tunnel.output().send(new Frame.Credit(id, grant));
        }
    }

    private void sendClose() {
        if (!closeSent) {
            closeSent = true;
            tunnel.output().send(new Frame.Close(id, null));
        }
    }
}
