package dev.culvert.front.session;

import dev.culvert.front.backend.BackendSession;
import dev.culvert.wire.batch.BatchReader;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The way from the client to the backend: cuts what the client sends into batches, as slices, and
 * stops reading from the client while the backend does not keep up. Counts batches and answers, by
 * which the two sides are in step.
 */
final class BatchForwarder {
    /**
     * Bytes on their way to the backend above which the client waits, and below which it goes on.
     */
    private static final int HIGH_WATER_MARK = 128 * 1_024;

    private static final int LOW_WATER_MARK = 64 * 1_024;

    private static final byte[] FLUSH = {'H', 0, 0, 0, 4};

    enum Outcome {
        /** The client may send more. */
        GOES_ON,
        /** The client sent Terminate. */
        TERMINATED
    }

    private final BackendSession backend;
    private final ClientPort port;
    private final BatchTimes times;
    private final BatchReader reader = new BatchReader();
    private @Nullable ByteBuf received;

    /** These three are written on the session's thread, and read where a cancel request comes. */
    private volatile int sent;

    private volatile int answered;
    private volatile boolean copyIn;

    /** Batches of the front's own; written before the client's first. */
    private volatile int own;

    private int underway;
    private boolean paused;

    BatchForwarder(BackendSession backend, ClientPort port, BatchTimes times) {
        this.times = times;
        this.backend = backend;
        this.port = port;
    }

    /** Sends a batch of the front's own. Takes the bytes over. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void sendOwn(ByteBuf batch) {
        own++;
        countSent();
        send(batch, true);
    }

    /** The client sent bytes, taken over. They wait for {@link #forward}. */
    void add(ByteBuf bytes) {
        ByteBuf earlier = received;
        // there is an earlier piece when a header was cut, or while the session starts: rare enough
        // for a copy, which keeps many tiny pieces from becoming many buffers
        received =
                earlier == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                port.allocator(), earlier, bytes);
        pauseIfBehind();
    }

    /**
     * Forwards what was added.
     *
     * @throws dev.culvert.wire.error.WireException when the client broke the protocol
     */
    Outcome forward() {
        ByteBuf in = received;
        if (in == null) {
            return Outcome.GOES_ON;
        }
        while (true) {
            switch (reader.scan(in, answered < sent)) {
                case PARTIAL -> {
                    send(in, reader.forwardable(), false);
                    return consumedAll(in);
                }
                case END_OF_BATCH -> {
                    copyIn = reader.isCopyIn();
                    times.sent(answered == sent);
                    countSent();
                    send(in, reader.forwardable(), true);
                }
                case DISCARD -> {
                    send(in, reader.forwardable(), false);
                    in.skipBytes(reader.discardable());
                }
                case NEEDS_HEADER -> {
                    send(in, reader.forwardable(), false);
                    return keepsRest();
                }
                case UNDECIDED -> {
                    send(in, reader.forwardable(), false);
                    if (reader.isInsideBatch()) {
                        reader.endWithFlush();
                        sendOwn(port.allocator().buffer(FLUSH.length).writeBytes(FLUSH));
                    }
                    return keepsRest();
                }
                case TERMINATE -> {
                    send(in, reader.forwardable(), false);
                    return Outcome.TERMINATED;
                }
            }
            if (!in.isReadable()) {
                return consumedAll(in);
            }
        }
    }

    /**
     * The backend has answered a batch. What waited for that is forwarded by {@link #forward}.
     *
     * @param beginsCopyIn whether it waits for COPY data now
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void onAnswered(boolean beginsCopyIn) {
        answered++;
        if (answered > sent && reader.isCopyIn()) {
            // a COPY that has failed before its data was complete: nobody wants the rest
            reader.leaveCopyIn();
            copyIn = false;
            countSent();
            send(port.allocator().buffer(0), true);
        }
        if (beginsCopyIn) {
            reader.enterCopyIn();
            copyIn = true;
        }
    }

    /** Whether it is the client's turn, though not with the data of a COPY. */
    boolean isWaitingForClient() {
        return answered == sent && !copyIn && received == null && !reader.isInsideBatch();
    }

    /**
     * The number of the batch that a cancel would mean: the first without an answer, which a COPY
     * that takes data in has before the client has sent all of it; 0 if there is none. Any thread.
     */
    int running() {
        int next = answered + 1;
        return next <= sent || copyIn ? next : 0;
    }

    /** Batches of the client so far. Any thread. */
    int sent() {
        return sent - own;
    }

    /** Whether a batch has no answer yet. */
    boolean isUnanswered(int batch) {
        return answered < batch;
    }

    /** Bytes have left for the backend. */
    void onSent(int bytes) {
        underway -= bytes;
        if (underway == 0) {
            times.left();
        }
        resumeIfCaughtUp();
    }

    void release() {
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private Outcome consumedAll(ByteBuf in) {
        in.release();
        received = null;
        return keepsRest();
    }

    private Outcome keepsRest() {
        pauseIfBehind();
        // what was discarded leaves nothing behind that would report progress
        resumeIfCaughtUp();
        return Outcome.GOES_ON;
    }

    private void send(ByteBuf in, int bytes, boolean end) {
        if (bytes > 0 || end) {
            send(in.readRetainedSlice(bytes), end);
        }
    }

    private void send(ByteBuf bytes, boolean end) {
        underway += bytes.readableBytes();
        backend.send(bytes, end);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    private void countSent() {
        sent++;
    }

    private void pauseIfBehind() {
        if (!paused && behind() > HIGH_WATER_MARK) {
            paused = true;
            port.reading(false);
        }
    }

    private void resumeIfCaughtUp() {
        if (paused && behind() < LOW_WATER_MARK) {
            paused = false;
            port.reading(true);
        }
    }

    private int behind() {
        return underway + (received == null ? 0 : received.readableBytes());
    }
}
