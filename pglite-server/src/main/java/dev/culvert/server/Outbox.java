package dev.culvert.server;

import dev.culvert.front.backend.BackendEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The way of answers to one client. The database's thread writes, and waits while too much of it
 * has not been taken by the client; a client that is gone is waited for no more.
 */
final class Outbox {
    /** Bytes that go to the client's thread as one piece, unless an answer ends before. */
    private static final int PIECE = 32 * 1_024;

    /** Bytes that the client has not taken, above which the database waits. */
    static final int MAX_UNCONSUMED = 1_024 * 1_024;

    /** Bytes of notifications beyond that, which are sent while nobody waits. */
    private static final int MAX_NOTIFICATIONS = 1_024 * 1_024;

    /** The client is gone, and much was written in vain: as with a socket that is closed. */
    static final class ClientGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClientGone() {
            super("the client is gone", null, false, false);
        }
    }

    private final BackendEvents events;
    private final Executor clientThread;
    private @Nullable ByteBuf piece;
    private long unconsumed;
    private long inVain;
    private boolean closed;

    Outbox(BackendEvents events, Executor clientThread) {
        this.events = events;
        this.clientThread = clientThread;
    }

    /**
     * Where the next bytes are to be written to. On the database's thread, as all up to {@link
     * #end}.
     */
    ByteBuf piece() {
        ByteBuf present = piece;
        if (present == null) {
            present = ByteBufAllocator.DEFAULT.buffer(PIECE / 4);
            piece = present;
        }
        return present;
    }

    /**
     * Bytes were written.
     *
     * @param urgent whether the client is to have them before there are more
     * @throws ClientGone when the client is gone, and the answer is long
     */
    void written(boolean urgent) {
        if (urgent || piece().readableBytes() >= PIECE) {
            awaitRoom();
            pass(false);
        }
    }

    /** The answer to a batch ends. */
    void end() {
        pass(true);
    }

    private synchronized void awaitRoom() {
        boolean interrupted = false;
        while (!closed && unconsumed > MAX_UNCONSUMED) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closed) {
            inVain += piece().readableBytes();
            if (inVain > MAX_UNCONSUMED) {
                throw new ClientGone();
            }
        }
    }

    private void pass(boolean end) {
        ByteBuf bytes = piece == null ? Unpooled.EMPTY_BUFFER : piece;
        piece = null;
        send(bytes, end);
    }

    /**
     * Sends what belongs to no batch; false when too much of that waits already. Takes the bytes
     * over.
     */
    boolean notification(ByteBuf bytes) {
        boolean fits;
        synchronized (this) {
            fits = unconsumed + bytes.readableBytes() <= MAX_UNCONSUMED + MAX_NOTIFICATIONS;
        }
        if (fits) {
            send(bytes, false);
        } else {
            bytes.release();
        }
        return fits;
    }

    /** Sends bytes, taken over. */
    private void send(ByteBuf bytes, boolean end) {
        synchronized (this) {
            if (closed) {
                bytes.release();
                return;
            }
            unconsumed += bytes.readableBytes();
        }
        try {
            clientThread.execute(() -> {
                if (isClosed()) {
                    bytes.release();
                } else {
                    events.onData(bytes, end);
                }
            });
        } catch (RejectedExecutionException e) {
            // the event loop has ended, and its clients with it
            bytes.release();
            close();
        }
    }

    /** The client has taken bytes. */
    synchronized void consumed(int bytes) {
        unconsumed -= bytes;
        notifyAll();
    }

    /** Whether the next answer may begin. */
    synchronized boolean hasRoom() {
        return unconsumed <= MAX_UNCONSUMED;
    }

    /** Nobody wants answers any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Drops what was written and not passed on. On the database's thread. */
    void drop() {
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }
}
