package dev.culvert.wire.batch;

import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Follows what a backend answers, message by message.
 *
 * <p>Usage: call {@link #scan} with each piece of the stream, once. All of its bytes may be passed
 * on; the other methods tell the state behind the last of them. The reader remembers the start of a
 * header by itself, so any segmentation will do. The only body it looks at is ReadyForQuery's one
 * byte.
 *
 * <p>Not thread-safe; after an exception it is not to be used again.
 */
public final class BackendReader {
    private static final int HEADER_LENGTH = 5;

    /** Largest length word: 1 GiB, more than Postgres itself ever builds (MaxAllocSize). */
    private static final int MAX_LENGTH = 1 << 30;

    /** Length word of ReadyForQuery. */
    private static final int READY_LENGTH = 5;

    /**
     * Every type a backend sends, from "Message Formats": an unknown one means that the stream is
     * out of step.
     */
    private static final boolean[] KNOWN = known("RKSvZTDCENAI123nstGHWdcV");

    private int headerKnown;
    private byte type;
    private int length;
    private int bodyLeft;

    private TransactionStatus transactionStatus = TransactionStatus.IDLE;
    private boolean ready = true;
    private long readyForQueryCount;
    private long errorCount;
    private long commandCount;
    private long copyInCount;
    private boolean copyInPending;
    private boolean copyOutPending;
    private int lastBoundary;

    /**
     * Looks at the bytes from the reader index on: all of them.
     *
     * @param in not moved, stays the caller's
     * @throws WireException 08P01 when the bytes are not what a backend sends
     */
    public void scan(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int at = start;
        lastBoundary = 0;
        while (at < end) {
            if (headerKnown < HEADER_LENGTH) {
                at = readHeader(in, at, end);
            } else {
                int count = Math.min(end - at, bodyLeft);
                if (type == 'Z') {
                    readyForQuery(in.getByte(at));
                }
                bodyLeft -= count;
                at += count;
            }
            if (headerKnown == HEADER_LENGTH && bodyLeft == 0) {
                headerKnown = 0;
                lastBoundary = at - start;
            }
        }
    }

    /** Whether a message of one's own may be put behind the last byte looked at. */
    public boolean atMessageBoundary() {
        return headerKnown == 0;
    }

    /**
     * Bytes of the last scan's piece up to the end of the last message that ended in it; 0 when
     * none ended in it.
     */
    public int lastBoundary() {
        return lastBoundary;
    }

    /** As the last ReadyForQuery said; idle before the first. */
    public TransactionStatus transactionStatus() {
        return transactionStatus;
    }

    /**
     * Whether nothing came since the last ReadyForQuery but what a backend sends on its own
     * account: notices, notifications, changed parameters. So it is before the first.
     */
    public boolean isReadyForQuery() {
        return ready && headerKnown == 0;
    }

    /** ReadyForQuery messages seen so far. */
    public long readyForQueryCount() {
        return readyForQueryCount;
    }

    /** CommandComplete messages that began so far. */
    public long commandCount() {
        return commandCount;
    }

    /** ErrorResponse messages that began so far. */
    public long errorCount() {
        return errorCount;
    }

    /** CopyInResponse messages that began so far. */
    public long copyInCount() {
        return copyInCount;
    }

    /**
     * Whether the backend waits for COPY data: from CopyInResponse to the CommandComplete,
     * ErrorResponse or ReadyForQuery that ends it. The client may have sent its CopyDone meanwhile,
     * so enter {@link BatchReader#enterCopyIn} when {@link #copyInCount} grew, not while this
     * holds.
     */
    public boolean isCopyInPending() {
        return copyInPending;
    }

    /** Whether the backend is sending COPY data: from CopyOutResponse to CopyDone or an error. */
    public boolean isCopyOutPending() {
        return copyOutPending;
    }

    private int readHeader(ByteBuf in, int at, int end) {
        if (headerKnown == 0) {
            startHeader(in.getByte(at));
            if (end - at < HEADER_LENGTH) {
                return at + 1;
            }
            length = in.getInt(at + 1);
            headerKnown = HEADER_LENGTH;
            startBody();
            return at + HEADER_LENGTH;
        }
        length = length << 8 | (in.getByte(at) & 0xFF);
        headerKnown++;
        if (headerKnown == HEADER_LENGTH) {
            startBody();
        }
        return at + 1;
    }

    private void startHeader(byte code) {
        if (code < 0 || !KNOWN[code]) {
            throw Violations.unknownBackendType(code);
        }
        type = code;
        length = 0;
        headerKnown = 1;
    }

    private void startBody() {
        boolean possible =
                type == 'Z'
                        ? length == READY_LENGTH
                        : length >= Integer.BYTES && length <= MAX_LENGTH;
        if (!possible) {
            throw Violations.impossibleBackendLength(type, length);
        }
        bodyLeft = length - Integer.BYTES;
        ready = type == 'Z' || (ready && (type == 'A' || type == 'N' || type == 'S'));
        switch (type) {
            case 'G' -> {
                copyInCount++;
                copyInPending = true;
            }
            case 'H' -> copyOutPending = true;
            case 'c' -> copyOutPending = false;
            case 'C' -> {
                commandCount++;
                endCopy();
            }
            case 'E' -> {
                errorCount++;
                endCopy();
            }
            default -> {
                // changes nothing that is followed here
            }
        }
    }

    private void readyForQuery(byte status) {
        transactionStatus =
                switch (status) {
                    case 'I' -> TransactionStatus.IDLE;
                    case 'T' -> TransactionStatus.IN_TRANSACTION;
                    case 'E' -> TransactionStatus.FAILED;
                    default -> throw Violations.unknownTransactionStatus(status);
                };
        readyForQueryCount++;
        endCopy();
    }

    private void endCopy() {
        copyInPending = false;
        copyOutPending = false;
    }

    private static boolean[] known(String codes) {
        var known = new boolean[128];
        for (byte code : codes.getBytes(StandardCharsets.US_ASCII)) {
            known[code] = true;
        }
        return known;
    }
}
