package dev.culvert.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Batches that a client has sent and the database has not taken. Guarded by its session's monitor.
 */
final class Inbox {
    private static final byte[] FLUSH = {'H', 0, 0, 0, 4};

    /** A batch, which may be still coming. */
    static final class Batch {
        private final int number;
        private final Deque<ByteBuf> pieces = new ArrayDeque<>();
        private int bytes;
        private boolean whole;
        private boolean cancelled;
        private boolean toldAtOnce;

        Batch(int number) {
            this.number = number;
        }

        boolean isCancelled() {
            return cancelled;
        }

        /** Whether the database has all of it, piece by piece. */
        private boolean isTaken() {
            return whole && pieces.isEmpty();
        }

        /** Whether the backend answers it with no ReadyForQuery: the last message is a Flush. */
        private boolean endsInFlush() {
            ByteBuf last = pieces.peekLast();
            if (last == null || last.readableBytes() < FLUSH.length) {
                return false;
            }
            byte[] end =
                    ByteBufUtil.getBytes(last, last.writerIndex() - FLUSH.length, FLUSH.length);
            return Arrays.equals(end, FLUSH);
        }

        /** The messages; the pieces are gone then. */
        byte[] take() {
            byte[] messages = new byte[bytes];
            int at = 0;
            for (ByteBuf piece : pieces) {
                int count = piece.readableBytes();
                piece.readBytes(messages, at, count);
                at += count;
            }
            drop();
            return messages;
        }

        private void drop() {
            pieces.forEach(ByteBuf::release);
            pieces.clear();
            bytes = 0;
        }
    }

    /**
     * Bytes of whole batches that wait, above which the client is not told that bytes have left.
     */
    private static final int MAX_WAITING = 256 * 1_024;

    private final Deque<Batch> batches = new ArrayDeque<>();
    private int begun;
    private int wholeBytes;

    /** Bytes that were taken in without telling the client. */
    private int untold;

    /** The batch that the database runs, or whose data it waits for; 0 for none. */
    private int running;

    /** The batch that is the data of a COPY, while there is one. */
    private int copying;

    private boolean copyCancelled;

    /** The batch whose rest nobody wants, as its COPY has failed. */
    private int ignored;

    /**
     * Adds a piece, taken over; returns the size of the batch so far, if that has to be looked at.
     */
    int add(ByteBuf piece, boolean end) {
        Batch last = batches.peekLast();
        if (last == null || last.whole) {
            last = new Batch(++begun);
            batches.add(last);
        }
        int size = piece.readableBytes();
        last.pieces.add(piece);
        last.bytes += size;
        if (end) {
            last.whole = true;
            wholeBytes += last.bytes;
        }
        if (last.number == ignored) {
            dropIgnored();
            return 0;
        }
        if (last.number == copying) {
            return 0;
        }
        last.toldAtOnce = true;
        untold += size;
        return last.bytes;
    }

    /** What the client may now know to have left. */
    int takeUntold() {
        if (wholeBytes > MAX_WAITING) {
            return 0;
        }
        int told = untold;
        untold = 0;
        return told;
    }

    /** Whether a batch is here to be run. */
    boolean hasWhole() {
        Batch head = batches.peek();
        return head != null && head.whole;
    }

    /** Whether nothing is here, nor with the database. */
    boolean isEmpty() {
        return batches.isEmpty() && running == 0;
    }

    /** Takes out the batch that is to be run now. */
    Batch start() {
        Batch head = remove();
        running = head.number;
        return head;
    }

    /** The batch that runs; 0 for none. */
    int running() {
        return running;
    }

    /** What was running has come to its end, with the COPY that may have been part of it. */
    void finish() {
        running = 0;
        ignored = copying;
        copying = 0;
        copyCancelled = false;
        dropIgnored();
    }

    /**
     * The backend wants data for a COPY.
     *
     * @return whether a batch has been answered by that, so that the next one brings the data
     */
    boolean beginsCopy() {
        Batch head = batches.peek();
        boolean isTaken = head != null && head.number == copying && head.isTaken();
        if (copying > 0 && !isTaken) {
            return false;
        }
        if (isTaken) {
            remove();
        }
        copying = ++running;
        copyCancelled = false;
        return true;
    }

    /** The next piece of a COPY's data, which is the caller's then; null when none is there. */
    @Nullable ByteBuf takeCopyPiece() {
        Batch head = batches.peek();
        if (head == null || head.number != copying || copyCancelled) {
            return null;
        }
        ByteBuf piece = takePiece(head);
        if (piece != null && !head.toldAtOnce) {
            untold += piece.readableBytes();
        }
        return piece;
    }

    /** Whether the COPY that runs is to fail. */
    boolean isCopyCancelled() {
        return copyCancelled;
    }

    /** The COPY that runs, if one does, takes no more data in. */
    void cancelCopy() {
        copyCancelled = copying > 0;
    }

    /**
     * Cancels a batch that waits.
     *
     * @param mayBeSkipped whether the backend need not know of it, if it is whole and comes next
     * @return whether it is out, and the answer up to the caller
     */
    boolean cancelWaiting(int number, boolean mayBeSkipped) {
        for (Batch batch : batches) {
            if (batch.number == number && number != ignored) {
                if (mayBeSkipped
                        && batch == batches.peek()
                        && batch.whole
                        && !batch.endsInFlush()) {
                    remove().drop();
                    return true;
                }
                batch.cancelled = true;
            }
        }
        return false;
    }

    /** Drops the batch that is still coming, if there is one. */
    void dropIncomplete() {
        Batch last = batches.peekLast();
        if (last != null && !last.whole) {
            last.drop();
            batches.removeLast();
        }
    }

    void dropAll() {
        batches.forEach(Batch::drop);
        batches.clear();
        wholeBytes = 0;
    }

    private void dropIgnored() {
        Batch head = batches.peek();
        if (head == null || head.number != ignored) {
            return;
        }
        for (ByteBuf piece = takePiece(head); piece != null; piece = takePiece(head)) {
            untold += head.toldAtOnce ? 0 : piece.readableBytes();
            piece.release();
        }
        if (head.whole) {
            remove();
            ignored = 0;
        }
    }

    private @Nullable ByteBuf takePiece(Batch head) {
        ByteBuf piece = head.pieces.poll();
        if (piece != null) {
            head.bytes -= piece.readableBytes();
            wholeBytes -= head.whole ? piece.readableBytes() : 0;
        }
        return piece;
    }

    private Batch remove() {
        Batch head = batches.remove();
        wholeBytes -= head.whole ? head.bytes : 0;
        return head;
    }
}
