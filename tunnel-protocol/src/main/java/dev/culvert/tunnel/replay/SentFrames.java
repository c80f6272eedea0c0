package dev.culvert.tunnel.replay;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * The sequenced frames that this side has sent and the other has not acknowledged.
 *
 * <p>Keeps the payloads of DATA retained, and releases them when they are acknowledged.
 */
final class SentFrames {
    /** A peer that leaves more frames than this unacknowledged never acknowledges. */
    static final int MAX_FRAMES = 65_536;

    private final Queue<Frame> kept = new ArrayDeque<>();
    private long acknowledged;
    private int keptBytes;

    /**
     * Numbers and keeps a frame. Does not take the payload over: retains it for itself.
     *
     * @return false when so many frames are kept that the peer seems never to acknowledge
     */
    boolean keep(Frame frame) {
        if (kept.size() >= MAX_FRAMES) {
            return false;
        }
        kept.add(duplicate(frame));
        keptBytes += size(frame);
        return true;
    }

    /** Bytes kept, headers included. */
    int bytes() {
        return keptBytes;
    }

    /**
     * The peer has received this many frames since the start of the tunnel.
     *
     * @throws ProtocolViolationException for more than were sent, or fewer than it said before
     */
    void acknowledge(long count) {
        if (count < acknowledged || count > acknowledged + kept.size()) {
            throw new ProtocolViolationException(
                    "ACK of "
                            + Long.toUnsignedString(count)
                            + "; possible are "
                            + acknowledged
                            + " to "
                            + (acknowledged + kept.size()));
        }
        while (acknowledged < count) {
            Frame frame = kept.remove();
            keptBytes -= size(frame);
            release(frame);
            acknowledged++;
        }
    }

    /** Sends what is kept again, in order. The receiver gets payloads of its own. */
    void replay(Consumer<Frame> receiver) {
        for (Frame frame : kept) {
            receiver.accept(duplicate(frame));
        }
    }

    /** Forgets everything. */
    void release() {
        kept.forEach(SentFrames::release);
        kept.clear();
        keptBytes = 0;
    }

    private static Frame duplicate(Frame frame) {
        return frame instanceof Frame.Data data
                ? new Frame.Data(data.stream(), data.payload().retainedDuplicate(), data.end())
                : frame;
    }

    private static void release(Frame frame) {
        if (frame instanceof Frame.Data data) {
            data.payload().release();
        }
    }

    static int size(Frame frame) {
        return Frame.HEADER_BYTES
                + (frame instanceof Frame.Data data ? data.payload().readableBytes() : 0);
    }
}
