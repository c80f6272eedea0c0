package dev.culvert.server;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteException;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's session on the database.
 *
 * <pre>
 *             a batch is whole          its turn has come
 *   Resting ───────────────────▶ Queued ─────────────────▶ Serving ──┐ in a transaction,
 *      ▲                            ▲                       │   │ ▲  │ or after a Flush
 *      │                            └── more batches wait ──┘   │ └──┘
 *      └──────────────────────────────────────────────────────────┤
 *                                          Over ◀── client gone ──┘
 * </pre>
 *
 * <p>What comes from the client's thread goes into the {@link Inbox}, and a task is given to the
 * database when a batch is whole. Between two batches outside of a transaction the database is
 * everybody's: each batch waits its turn again, so that its owner has turns, too. In a transaction
 * the task waits on the database's thread for the next batch. While a COPY takes data in, it waits
 * there for the next piece.
 *
 * <p>When the client is gone, what came whole is run, as a server would, and the backend brought
 * back to what it was.
 */
final class PGliteSession implements BackendSession {
    /** When a cancel is said again. */
    private static final long[] CANCEL_AGAIN_MILLIS = {2, 20, 200};

    /** How long the batches of a client that is gone may run. */
    private static final long GRACE_SECONDS = 10;

    private enum Phase {
        RESTING,
        QUEUED,
        SERVING,
        OVER
    }

    private final Engine engine;
    private final BackendEvents events;
    private final Executor clientThread;
    private final int maxBatch;
    private final Outbox outbox;
    private final BatchRunner runner;

    /** Its monitor guards what follows, too; the database's thread waits on it. */
    private final Inbox inbox = new Inbox();

    private Phase phase = Phase.RESTING;
    private boolean closed;

    /** Whether the client has sent too much, and is about to be told. */
    private boolean refused;

    /** Whether the StartupMessage has been answered. */
    private boolean begun;

    PGliteSession(Engine engine, SessionRequest request, BackendEvents events, int maxBatch) {
        this.engine = engine;
        this.events = events;
        this.clientThread = request.executor();
        this.maxBatch = maxBatch;
        this.outbox = new Outbox(events, request.executor());
        this.runner =
                new BatchRunner(outbox, this::read, () -> fail(Refusals.tooManyNotifications()));
    }

    // on the client's thread

    @Override
    public void send(ByteBuf bytes, boolean endOfBatch) {
        boolean submit;
        boolean tooLarge;
        int told;
        synchronized (inbox) {
            if (closed || refused) {
                bytes.release();
                return;
            }
            tooLarge = inbox.add(bytes, endOfBatch) > maxBatch;
            if (tooLarge) {
                refused = true;
                inbox.dropAll();
            }
            told = inbox.takeUntold();
            submit = wantsTurn();
            inbox.notifyAll();
        }
        tell(told);
        if (tooLarge) {
            fail(Refusals.batchTooLarge(maxBatch));
        }
        if (submit) {
            engine.submit(this);
        }
    }

    @Override
    public void consumed(int bytes) {
        outbox.consumed(bytes);
        boolean submit;
        synchronized (inbox) {
            submit = wantsTurn();
            inbox.notifyAll();
        }
        if (submit) {
            engine.submit(this);
        }
    }

    @Override
    public void cancel(int batch) {
        boolean answer;
        synchronized (inbox) {
            if (closed) {
                return;
            }
            if (batch == inbox.running()) {
                inbox.cancelCopy();
                inbox.notifyAll();
            }
            // what the backend has not seen, it need not fail
            answer = inbox.cancelWaiting(batch, begun && phase == Phase.QUEUED);
        }
        if (answer) {
            events.onData(Cancel.answer(), true);
        } else {
            interrupt(batch, 0);
        }
    }

    @Override
    public void close() {
        boolean submit;
        boolean isBusy;
        synchronized (inbox) {
            if (closed) {
                return;
            }
            closed = true;
            inbox.dropIncomplete();
            if (!begun) {
                inbox.dropAll();
            }
            isBusy = !inbox.isEmpty();
            submit = phase == Phase.RESTING;
            phase = submit ? Phase.QUEUED : phase;
            inbox.notifyAll();
        }
        outbox.close();
        if (submit) {
            engine.submit(this);
        }
        if (isBusy) {
            CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS)
                    .execute(this::giveUp);
        }
    }

    // from any thread

    /** The backend ends the session, whether or not the other side closes it then. */
    void fail(Refusal reason) {
        onClientThread(() -> {
            events.onEnd(reason);
            close();
        });
    }

    /** The backend ends the session, and whatever it is doing. */
    void stop(Refusal reason) {
        fail(reason);
        giveUp();
    }

    /** Nothing more is run, and what runs is cancelled. */
    private void giveUp() {
        int batch;
        synchronized (inbox) {
            inbox.dropAll();
            batch = inbox.running();
        }
        if (batch > 0) {
            interrupt(batch, 0);
        }
    }

    /**
     * Cancels the batch if it is this one that runs. Postgres forgets a cancel that comes just
     * before it begins with a statement, so there are some more.
     */
    private void interrupt(int batch, int attempt) {
        synchronized (inbox) {
            if (inbox.running() != batch || (attempt > 0 && runner.sawError())) {
                return;
            }
            runner.cancel();
        }
        if (attempt < CANCEL_AGAIN_MILLIS.length) {
            CompletableFuture.delayedExecutor(CANCEL_AGAIN_MILLIS[attempt], TimeUnit.MILLISECONDS)
                    .execute(() -> interrupt(batch, attempt + 1));
        }
    }

    private void tell(int sent) {
        if (sent > 0) {
            onClientThread(() -> events.onSent(sent));
        }
    }

    private void onClientThread(Runnable action) {
        try {
            clientThread.execute(() -> {
                if (!isClosed()) {
                    action.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // the event loop has ended, and its clients with it
            close();
        }
    }

    private boolean isClosed() {
        synchronized (inbox) {
            return closed;
        }
    }

    /** Under the monitor: whether a task is to be given to the database now. */
    private boolean wantsTurn() {
        if (phase != Phase.RESTING || !isReady()) {
            return false;
        }
        phase = Phase.QUEUED;
        return true;
    }

    /** Under the monitor: whether there is a batch to run, and room for its answer. */
    private boolean isReady() {
        return inbox.hasWhole() && (closed || outbox.hasRoom());
    }

    // on the database's thread

    /** The session's turn: runs batches until the database is everybody's again. */
    void serve(PGlite database) {
        if (!engine.enter(this)) {
            return;
        }
        if (!runner.belongsTo(database)) {
            // it died with the database that it began in
            over();
            return;
        }
        synchronized (inbox) {
            phase = Phase.SERVING;
        }
        try {
            do {
                Inbox.Batch batch = next();
                if (batch != null) {
                    run(database, batch);
                } else if (isClosed()) {
                    runner.reset();
                    over();
                    return;
                }
            } while (!runner.isIdle() || !yields());
        } catch (PGliteException e) {
            engine.died(database, e);
            over();
        }
    }

    private void over() {
        synchronized (inbox) {
            phase = Phase.OVER;
            inbox.finish();
            inbox.dropAll();
        }
        outbox.drop();
        engine.leave(this);
    }

    /**
     * The next batch; null when there is none to be had without keeping the database from others.
     */
    private Inbox.@Nullable Batch next() {
        int told;
        Inbox.Batch batch;
        synchronized (inbox) {
            while (!isReady()) {
                if (closed || runner.isIdle()) {
                    return null;
                }
                await();
            }
            batch = inbox.start();
            told = inbox.takeUntold();
        }
        tell(told);
        return batch;
    }

    /** Lets others have a turn, unless the client is gone: then the session comes to its end. */
    private boolean yields() {
        boolean submit;
        synchronized (inbox) {
            if (closed) {
                return false;
            }
            phase = Phase.RESTING;
            submit = wantsTurn();
        }
        if (submit) {
            engine.submit(this);
        }
        return true;
    }

    private void run(PGlite database, Inbox.Batch batch) {
        boolean taken = true;
        int told;
        try {
            taken = runner.run(database, batch.take(), batch.isCancelled());
        } finally {
            // before the client can see the answer, and asks to cancel what comes next
            synchronized (inbox) {
                inbox.finish();
                told = inbox.takeUntold();
                begun |= taken;
            }
        }
        tell(told);
        if (taken) {
            outbox.end();
        } else {
            fail(Refusals.notStarted("The startup message is not one that PGlite takes."));
        }
    }

    /**
     * The backend wants the data of a COPY. What it has answered so far is the answer to a batch.
     */
    private byte @Nullable [] read(CopyFraming framing) {
        boolean begins;
        synchronized (inbox) {
            begins = inbox.beginsCopy();
        }
        if (begins) {
            outbox.end();
        }
        ByteBuf piece;
        int told;
        synchronized (inbox) {
            piece = inbox.takeCopyPiece();
            while (piece == null && !closed && !inbox.isCopyCancelled()) {
                await();
                piece = inbox.takeCopyPiece();
            }
            told = inbox.takeUntold();
        }
        tell(told);
        return piece == null ? framing.fail() : checked(piece, framing);
    }

    private byte @Nullable [] checked(ByteBuf piece, CopyFraming framing) {
        try {
            WireException violation = framing.pass(piece);
            if (violation == null) {
                return ByteBufUtil.getBytes(piece);
            }
            fail(Refusals.violation(violation));
            synchronized (inbox) {
                inbox.cancelCopy();
            }
            return framing.fail();
        } finally {
            piece.release();
        }
    }

    /** Under the monitor. The database's thread is never interrupted. */
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void await() {
        try {
            inbox.wait();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the database's thread was interrupted", e);
        }
    }
}
