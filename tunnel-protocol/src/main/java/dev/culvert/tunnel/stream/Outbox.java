package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.credit.SendCredit;
import dev.culvert.tunnel.frame.Frame;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;

/** What a stream has to send, in order: it waits for credit and for its turn. */
final class Outbox {
    private record Piece(ByteBuf bytes, boolean end) {}

    private final int stream;
    private final SendCredit credit;
    private final Queue<Piece> pieces = new ArrayDeque<>();

    /**
     * Empty.
     *
     * @param window bytes that the peer takes before it grants more
     */
    Outbox(int stream, int window) {
        this.stream = stream;
        credit = new SendCredit(window);
    }

    /** Takes the bytes over. */
    void add(ByteBuf bytes, boolean end) {
        pieces.add(new Piece(bytes, end));
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** The peer has made room. */
    void grant(int bytes) {
        credit.grant(bytes);
    }

    /** Whether {@link #next} has something that may be sent. */
    boolean hasSendable() {
        Piece head = pieces.peek();
        return head != null && (credit.available() > 0 || !head.bytes.isReadable());
    }

    /** The next frame, of a whole piece or of as much as may be sent. */
    Frame.Data next(int maxPayload) {
        Piece head = pieces.element();
        int size = Math.min(head.bytes.readableBytes(), Math.min(maxPayload, credit.available()));
        credit.take(size);
        if (size < head.bytes.readableBytes()) {
            return new Frame.Data(stream, head.bytes.readRetainedSlice(size), false);
        }
        pieces.remove();
        return new Frame.Data(stream, head.bytes, head.end);
    }

    /** What waits is void. */
    void clear() {
        pieces.forEach(piece -> piece.bytes.release());
        pieces.clear();
    }
}
