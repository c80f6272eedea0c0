package dev.culvert.relay.console;

import dev.culvert.front.backend.BackendEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The way of answers to the client, in pieces; there is room as long as the client keeps up. On the
 * client's thread.
 */
final class AnswerStream {
    private static final int PIECE = 32 * 1_024;

    /** Bytes that the client has not taken, above which no rows are made. */
    static final int MAX_UNCONSUMED = 256 * 1_024;

    private final BackendEvents events;
    private @Nullable ByteBuf piece;
    private int unconsumed;

    AnswerStream(BackendEvents events) {
        this.events = events;
    }

    /** Where the next bytes are to be written to. */
    ByteBuf out() {
        ByteBuf present = piece;
        if (present == null) {
            present = ByteBufAllocator.DEFAULT.buffer();
            piece = present;
        }
        return present;
    }

    /** Whether more may be written. Passes on what was, if it is enough for a piece. */
    boolean hasRoom() {
        if (piece != null && piece.readableBytes() >= PIECE) {
            pass(false);
        }
        return unconsumed < MAX_UNCONSUMED;
    }

    /** The answer to a batch ends. */
    void end() {
        pass(true);
    }

    void consumed(int bytes) {
        unconsumed -= bytes;
    }

    void release() {
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }

    private void pass(boolean end) {
        ByteBuf bytes = out();
        piece = null;
        unconsumed += bytes.readableBytes();
        events.onData(bytes, end);
    }
}
