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

    private record Kept(Frame frame, PathWindow.Sent sent) {}

    private final PathWindow path;
    private final Queue<Kept> kept = new ArrayDeque<>();
    private long acknowledged;
    private int keptBytes;

    /**
     * @param path hears of what is sent and acknowledged
     */
    SentFrames(PathWindow path) {
        this.path = path;
    }

    /**
     * Numbers and keeps a frame. Does not take the payload over: retains it for itself.
     *
     * @return false when so many frames are kept that the peer seems never to acknowledge
     */
    boolean keep(Frame frame) {
        if (kept.size() >= MAX_FRAMES) {
            return false;
        }
        kept.add(new Kept(duplicate(frame), path.send()));
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
        int bytes = 0;
        while (acknowledged < count) {
            Kept next = kept.remove();
            bytes += size(next.frame());
            next.frame().release();
            acknowledged++;
            if (acknowledged == count) {
                keptBytes -= bytes;
                path.onAcknowledged(bytes, next.sent());
            }
        }
    }

    /** Sends what is kept again, in order. The receiver gets payloads of its own. */
    void replay(Consumer<Frame> receiver) {
        for (Kept next : kept) {
            receiver.accept(duplicate(next.frame()));
        }
    }

    /** Forgets everything. */
    void release() {
        kept.forEach(next -> next.frame().release());
        kept.clear();
        keptBytes = 0;
    }

    private static Frame duplicate(Frame frame) {
        return frame instanceof Frame.Data data
                ? new Frame.Data(data.stream(), data.payload().retainedDuplicate(), data.end())
                : frame;
    }

    static int size(Frame frame) {
        return Frame.HEADER_BYTES
                + (frame instanceof Frame.Data data ? data.payload().readableBytes() : 0);
    }
}
