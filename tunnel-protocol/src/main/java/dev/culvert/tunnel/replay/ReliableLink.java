package dev.culvert.tunnel.replay;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.stream.FrameOutput;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One side's way to the other, over one WebSocket after another.
 *
 * <pre>
 *               attach                       detach
 *   Detached ────────────▶ Attached ────────────────────▶ Detached …
 *      │                      │
 *      └───────── close ──────┴──▶ Closed
 * </pre>
 *
 * <p>While it is detached, sequenced frames are numbered and kept as ever, and the rest is dropped;
 * it is not writable then, so that streams send no DATA.
 */
public final class ReliableLink implements FrameOutput {
    /** Bytes kept above which no DATA is sent. */
    public static final int MAX_KEPT_BYTES = 8 * 1_024 * 1_024;

    /** Frames, or bytes of them, received since the last ACK that make the next one due. */
    static final int ACK_FRAMES = 32;

    static final int ACK_BYTES = 32_768;

    private final boolean resumable;
    private final Runnable onNeverAcknowledged;
    private final PathWindow path;
    private final SentFrames sent;
    private @Nullable FrameOutput webSocket;
    private long received;
    private int unacknowledgedFrames;
    private int unacknowledgedBytes;
    private boolean closed;

    /**
     * A link that is attached to its first WebSocket.
     *
     * @param resumable whether both sides agreed to keep frames; without, there is only the first
     *     WebSocket
     * @param nanoTime the clock by which the path is known
     * @param onNeverAcknowledged called once, when the peer leaves so much unacknowledged that the
     *     tunnel has to end; the link is closed then
     */
    public ReliableLink(
            boolean resumable,
            FrameOutput webSocket,
            LongSupplier nanoTime,
            Runnable onNeverAcknowledged) {
        this.path = new PathWindow(nanoTime);
        this.sent = new SentFrames(path);
        this.resumable = resumable;
        this.onNeverAcknowledged = onNeverAcknowledged;
        this.webSocket = webSocket;
    }

    @Override
    public void send(Frame frame) {
        if (closed) {
            frame.release();
            return;
        }
        if (resumable && frame.type().isSequenced() && !sent.keep(frame)) {
            frame.release();
            close();
            onNeverAcknowledged.run();
            return;
        }
        FrameOutput present = webSocket;
        if (present == null) {
            frame.release();
        } else {
            present.send(frame);
        }
    }

    @Override
    public boolean isWritable() {
        FrameOutput present = webSocket;
        return present != null
                && present.isWritable()
                && sent.bytes() <= MAX_KEPT_BYTES
                && path.hasRoom(sent.bytes());
    }

    /** Whether there is a WebSocket. */
    public boolean isAttached() {
        return webSocket != null;
    }

    /** Sequenced frames received since the start of the tunnel. */
    public long received() {
        return received;
    }

    /** A frame arrived: counts it if it is sequenced, and acknowledges when that is due. */
    public void onReceived(Frame frame) {
        if (!resumable || !frame.type().isSequenced()) {
            return;
        }
        received++;
        unacknowledgedFrames++;
        unacknowledgedBytes += SentFrames.size(frame);
        if (unacknowledgedFrames >= ACK_FRAMES || unacknowledgedBytes >= ACK_BYTES) {
            acknowledge();
        }
    }

    /** Sends ACK if anything is unacknowledged. */
    public void acknowledge() {
        if (unacknowledgedFrames > 0) {
            unacknowledgedFrames = 0;
            unacknowledgedBytes = 0;
            send(new Frame.Ack(received));
        }
    }

    /**
     * The other side has acknowledged: the link may be writable again.
     *
     * @throws ProtocolViolationException for a count that is impossible
     */
    public void onAck(long count) {
        if (resumable) {
            sent.acknowledge(count);
        }
    }

    /** The WebSocket is gone; another may come. */
    public void detach() {
        webSocket = null;
    }

    /**
     * Another WebSocket has come, and both sides have said what they received.
     *
     * @param peerReceived sequenced frames that the other side has received
     * @throws ProtocolViolationException for a count that is impossible; nothing has changed then
     */
    public void attach(FrameOutput newWebSocket, long peerReceived) {
        sent.acknowledge(peerReceived);
        path.restart();
        webSocket = newWebSocket;
        // the peer learned the count while resuming
        unacknowledgedFrames = 0;
        unacknowledgedBytes = 0;
        sent.replay(newWebSocket::send);
    }

    /** The tunnel is over: nothing is sent or kept any more. */
    public void close() {
        closed = true;
        webSocket = null;
        sent.release();
    }
}
