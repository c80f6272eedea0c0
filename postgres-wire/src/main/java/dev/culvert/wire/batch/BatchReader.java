package dev.culvert.wire.batch;

import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.FrontendMessageType;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ends of batches in what one client sends after login.
 *
 * <p>Usage: call {@link #scan}, take {@link #forwardable} bytes off the buffer and pass them on,
 * skip {@link #discardable} bytes, and act on the {@link Progress}. Each byte is judged once: the
 * next call must begin where the bytes taken and skipped have ended.
 *
 * <p>COPY FROM STDIN: only the backend's answer tells that a COPY began; the caller then calls
 * {@link #enterCopyIn}. In that state CopyData passes, CopyDone and CopyFail end the batch and the
 * state, and Flush and Sync are discarded, as Postgres ignores them. (A client that runs COPY by
 * Execute has sent Sync with it, which Postgres has ignored as well; it sends another after
 * CopyDone.) Outside of that state, CopyData, CopyDone and CopyFail are leftovers of a COPY that
 * has failed and are discarded, as Postgres does; while an answer is outstanding that may begin a
 * COPY, they wait ({@link Progress#UNDECIDED}).
 *
 * <p>An unknown type or impossible length must never reach a backend: Postgres would end the
 * session and PGlite would not return. So no byte of a header is forwardable before all of it is
 * known. Source: Postgres {@code SocketBackend} and {@code PostgresMain} (postgres.c), {@code
 * CopyGetData} (copyfromparse.c).
 *
 * <p>Not thread-safe; after an exception it is not to be used again.
 */
public final class BatchReader {
    private static final int HEADER_LENGTH = 5;

    private boolean copyIn;
    private boolean discarding;
    private int bodyLeft;
    private @Nullable BatchEnd endAfterBody;
    private boolean batchOpen;

    /** Whether the open batch has an Execute, which may begin a COPY. */
    private boolean executes;

    private int forwardable;
    private int discardable;
    private @Nullable BatchEnd batchEnd;

    /**
     * Looks at the bytes from the reader index on.
     *
     * @param in not moved, stays the caller's
     * @param answersOutstanding whether the backend has yet to answer a batch before these bytes
     * @return why it stopped; {@link #forwardable}, {@link #discardable} and {@link #batchEnd} tell
     *     the rest
     * @throws WireException 08P01 for an unknown type, one that does not belong here, or an
     *     impossible length
     */
    public Progress scan(ByteBuf in, boolean answersOutstanding) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        forwardable = 0;
        discardable = 0;
        batchEnd = null;
        if (discarding && start < end) {
            return discard(end - start);
        }
        if (discarding) {
            return Progress.PARTIAL;
        }
        int at = start;
        while (true) {
            int available = end - at;
            if (available < bodyLeft) {
                bodyLeft -= available;
                return stop(Progress.PARTIAL, end - start);
            }
            at += bodyLeft;
            bodyLeft = 0;
            if (endAfterBody != null) {
                return endOfBatch(at - start, endAfterBody);
            }
            if (at == end) {
                return stop(Progress.PARTIAL, at - start);
            }
            FrontendMessageType type = typeAt(in, at);
            if (!copyIn && isOfCopy(type) && (answersOutstanding || executes)) {
                return stop(Progress.UNDECIDED, at - start);
            }
            if (end - at < HEADER_LENGTH) {
                return stop(Progress.NEEDS_HEADER, at - start);
            }
            int length = lengthAt(in, at + 1, type);
            if (type == FrontendMessageType.TERMINATE) {
                discardable = HEADER_LENGTH;
                return stop(Progress.TERMINATE, at - start);
            }
            bodyLeft = length - Integer.BYTES;
            if (isIgnored(type)) {
                forwardable = at - start;
                bodyLeft += HEADER_LENGTH;
                discarding = true;
                return discard(end - at);
            }
            batchOpen = true;
            executes |= type == FrontendMessageType.EXECUTE;
            endAfterBody = endOf(type);
            at += HEADER_LENGTH;
        }
    }

    /** Bytes, from the reader index of the last scan on, to be passed on as they are. */
    public int forwardable() {
        return forwardable;
    }

    /** Bytes behind the forwardable ones that are to be skipped. */
    public int discardable() {
        return discardable;
    }

    /**
     * What ended the batch.
     *
     * @throws IllegalStateException when the last scan did not stop at the end of a batch
     */
    public BatchEnd batchEnd() {
        BatchEnd end = batchEnd;
        if (end == null) {
            throw new IllegalStateException("the last scan found no end of a batch");
        }
        return end;
    }

    /** Whether bytes of a batch were found forwardable whose end has not been found yet. */
    public boolean isInsideBatch() {
        return batchOpen;
    }

    /** Whether the client's messages are those of a COPY FROM STDIN. */
    public boolean isCopyIn() {
        return copyIn;
    }

    /** The backend waits for COPY data: call when its CopyInResponse was seen. */
    public void enterCopyIn() {
        copyIn = true;
    }

    /**
     * The backend waits for COPY data no longer: call when it answered with an error instead of
     * waiting for the end. What the client still sends of the COPY, also of a message that has
     * begun, is discarded.
     */
    public void leaveCopyIn() {
        copyIn = false;
        discarding = bodyLeft > 0;
        endAfterBody = null;
        closeBatch();
    }

    /** The caller ends the batch with a Flush of its own, behind the bytes forwarded. */
    public void endWithFlush() {
        closeBatch();
    }

    private void closeBatch() {
        batchOpen = false;
        executes = false;
    }

    private Progress discard(int available) {
        int count = Math.min(available, bodyLeft);
        discardable = count;
        bodyLeft -= count;
        discarding = bodyLeft > 0;
        return Progress.DISCARD;
    }

    private Progress stop(Progress progress, int count) {
        forwardable = count;
        return progress;
    }

    private Progress endOfBatch(int count, BatchEnd end) {
        if (end == BatchEnd.COPY_DONE || end == BatchEnd.COPY_FAIL) {
            copyIn = false;
        }
        batchEnd = end;
        endAfterBody = null;
        closeBatch();
        return stop(Progress.END_OF_BATCH, count);
    }

    private FrontendMessageType typeAt(ByteBuf in, int index) {
        byte code = in.getByte(index);
        FrontendMessageType type = FrontendMessageType.find(code);
        if (type == null) {
            throw Violations.unknownType(code);
        }
        if (type == FrontendMessageType.PASSWORD) {
            throw Violations.passwordAfterLogin();
        }
        if (copyIn && !belongsToCopyIn(type)) {
            throw Violations.unexpectedInCopy(type);
        }
        return type;
    }

    private static int lengthAt(ByteBuf in, int index, FrontendMessageType type) {
        int length = in.getInt(index);
        if (!type.permitsLength(length)) {
            throw Violations.impossibleLength(type, length);
        }
        return length;
    }

    private static boolean belongsToCopyIn(FrontendMessageType type) {
        return switch (type) {
            case FLUSH, SYNC, TERMINATE -> true;
            default -> isOfCopy(type);
        };
    }

    private static boolean isOfCopy(FrontendMessageType type) {
        return switch (type) {
            case COPY_DATA, COPY_DONE, COPY_FAIL -> true;
            default -> false;
        };
    }

    private boolean isIgnored(FrontendMessageType type) {
        return switch (type) {
            case FLUSH, SYNC -> copyIn;
            default -> !copyIn && isOfCopy(type);
        };
    }

    private static @Nullable BatchEnd endOf(FrontendMessageType type) {
        return switch (type) {
            case QUERY -> BatchEnd.QUERY;
            case SYNC -> BatchEnd.SYNC;
            case FLUSH -> BatchEnd.FLUSH;
            case FUNCTION_CALL -> BatchEnd.FUNCTION_CALL;
            case COPY_DONE -> BatchEnd.COPY_DONE;
            case COPY_FAIL -> BatchEnd.COPY_FAIL;
            default -> null;
        };
    }
}
