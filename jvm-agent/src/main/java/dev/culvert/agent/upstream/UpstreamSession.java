package dev.culvert.agent.upstream;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's session on a Postgres server, over a connection of its own.
 *
 * <pre>
 *   CONNECTING ── logged in ──▶ OPEN ── close() ──▶ CLOSING ── what was whole has run ──▶ ENDED
 *       │                        │                     └── too slow, too much ─────────────▲ ▲
 *       └── no server, no login ─┴── server gone, FATAL ────────────────────────────────────┘
 * </pre>
 *
 * <p>A batch goes to the server as it comes, the next when the last is answered: so the end of an
 * answer is certain, and a cancel cannot hit another batch than the one that it means. The server
 * is near, so that costs little.
 *
 * <p>All on the event loop of the client's connection.
 */
final class UpstreamSession implements BackendSession, ServerChannel.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamSession.class);

    /** Bytes that the client has not taken, above which the server is not read, and below again. */
    private static final int HIGH_WATER_MARK = 256 * 1_024;

    private static final int LOW_WATER_MARK = 128 * 1_024;

    /** About as much as a server can write to a client that is gone before it notices. */
    private static final int MAX_UNWANTED_BYTES = 1_048_576;

    /** How long a session that was closed may go on with the batches that it had. */
    private static final Duration LAST_BATCHES = Duration.ofSeconds(60);

    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};
    private static final ByteBuf ZEROS =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(new byte[32_768]).asReadOnly());

    private enum State {
        CONNECTING,
        OPEN,
        CLOSING,
        ENDED
    }

    private record Piece(ByteBuf bytes, boolean end) {}

    private final BackendEvents events;
    private final EventLoop thread;
    private final UpstreamCancel canceller;
    private final AnswerTracker tracker = new AnswerTracker();
    private final FrontendScanner scanner = new FrontendScanner(tracker::onFrontend);
    private final LocalAnswers localAnswers = new LocalAnswers();
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private State state = State.CONNECTING;
    private @Nullable ServerChannel server;
    private @Nullable Future<?> lastBatches;

    /** Batches that were answered, and batches that were taken up to their END. */
    private int answered;

    private int ended;

    /** Whether a batch has been begun and its END has not been sent. */
    private boolean insideBatch;

    /** What a message lacks whose end nobody is going to read. */
    private int zerosLeft;

    /** The batch that is to be cancelled, or 0. */
    private int cancelWanted;

    /** A CancelRequest is under way, and must not hit the next batch. */
    private boolean cancelling;

    /** Terminate is sent: the server is about to close the connection. */
    private boolean terminated;

    private int untaken;
    private int unwanted;
    private boolean pumping;

    UpstreamSession(BackendEvents events, EventLoop thread, UpstreamCancel canceller) {
        this.events = events;
        this.thread = thread;
        this.canceller = canceller;
    }

    // what the front does

    @Override
    public void send(ByteBuf bytes, boolean endOfBatch) {
        if (state != State.CONNECTING && state != State.OPEN) {
            bytes.release();
            return;
        }
        pieces.add(new Piece(bytes, endOfBatch));
        pump();
    }

    @Override
    public void consumed(int bytes) {
        untaken -= bytes;
        if (state == State.OPEN && untaken < LOW_WATER_MARK) {
            server().reading(true);
        }
    }

    @Override
    public void cancel(int batch) {
        cancelWanted = Math.max(batch, cancelWanted);
        cancelIfDue();
        pump();
    }

    @Override
    public void close() {
        if (state == State.CONNECTING) {
            end();
        } else if (state == State.OPEN) {
            state = State.CLOSING;
            // a batch whose end will not come
            while (!pieces.isEmpty() && !pieces.getLast().end()) {
                pieces.removeLast().bytes().release();
            }
            lastBatches = thread.schedule(this::end, LAST_BATCHES.toNanos(), TimeUnit.NANOSECONDS);
            server().reading(true);
            pump();
        }
    }

    /** The session cannot begin, or go on. */
    void fail(Refusal reason) {
        boolean untold = state == State.CONNECTING || state == State.OPEN;
        end();
        if (untold) {
            events.onEnd(reason);
        }
    }

    private void end() {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        pieces.forEach(piece -> piece.bytes().release());
        pieces.clear();
        if (lastBatches != null) {
            lastBatches.cancel(false);
        }
        if (server != null) {
            server.close();
        }
    }

    // what the server does

    @Override
    public void onLoggedIn(ServerChannel connected, ByteBuf answer) {
        if (state != State.CONNECTING) {
            answer.release();
            connected.write(Unpooled.wrappedBuffer(TERMINATE));
            connected.close();
            return;
        }
        server = connected;
        state = State.OPEN;
        answered++;
        give(answer, true);
        pump();
    }

    @Override
    public boolean onMessage(byte type, byte end) {
        return tracker.onBackend(type, end);
    }

    @Override
    public void onData(ByteBuf bytes, boolean endOfAnswer) {
        if (endOfAnswer) {
            onAnswered();
        }
        give(bytes, endOfAnswer);
        if (endOfAnswer) {
            pump();
        }
    }

    @Override
    public void onWritable() {
        pump();
    }

    @Override
    public void onFailed(Refusal reason, String cause) {
        LOG.atWarn().addKeyValue("reason", cause).log("no session on the upstream");
        fail(reason);
    }

    @Override
    public void onFatal(ErrorResponse error) {
        fail(Refusals.backendEnded(error));
    }

    @Override
    public void onClosed() {
        fail(Refusals.upstreamLost());
    }

    private void onAnswered() {
        answered++;
        boolean rest = tracker.isCopyIn() && answered == ended + 1;
        if (insideBatch && !rest) {
            // a COPY that has failed: the server ignores its data, but only in whole messages
            insideBatch = false;
            ByteBuf header = Unpooled.buffer(Integer.BYTES);
            zerosLeft = scanner.finish(header);
            server().write(header);
        }
    }

    private void give(ByteBuf bytes, boolean end) {
        int size = bytes.readableBytes();
        if (state == State.OPEN) {
            untaken += size;
            if (untaken > HIGH_WATER_MARK) {
                server().reading(false);
            }
            events.onData(bytes, end);
            return;
        }
        bytes.release();
        unwanted += size;
        if (unwanted > MAX_UNWANTED_BYTES) {
            end();
        }
    }

    // the way to the server

    /** Sends what may be sent. */
    private void pump() {
        if (pumping) {
            return; // somebody who is told of progress: the loop below goes on with it
        }
        pumping = true;
        try {
            while ((state == State.OPEN || state == State.CLOSING) && sendNext()) {
                // the next one
            }
        } finally {
            pumping = false;
        }
    }

    /** Does one thing; false when there is nothing to do at the moment. */
    private boolean sendNext() {
        ServerChannel present = server();
        if (!present.isWritable()) {
            return false;
        }
        if (zerosLeft > 0) {
            int count = Math.min(zerosLeft, ZEROS.readableBytes());
            zerosLeft -= count;
            present.write(ZEROS.slice(0, count));
            return true;
        }
        boolean isVoid = !insideBatch && answered > ended;
        if (!isVoid && !insideBatch && isRefused()) {
            cancelWanted = 0;
            localAnswers.refuse();
        }
        boolean isLocal = localAnswers.isOn();
        if (!isVoid && !isLocal && !insideBatch && (tracker.isUnderWay() || cancelling)) {
            return false;
        }
        Piece next = pieces.poll();
        if (next == null) {
            return state == State.CLOSING && finish(present);
        }
        if (isVoid) {
            drop(next);
        } else if (isLocal) {
            answer(next);
        } else if (insideBatch || begin(next)) {
            sendPiece(present, next);
        }
        return true;
    }

    /** Takes a piece of a batch that the server is not to see. */
    private void answer(Piece piece) {
        scanner.scan(piece.bytes());
        drop(piece);
        if (piece.end()) {
            answered++;
            give(localAnswers.answer(tracker.latest()), true);
        }
    }

    /** Takes a piece that is not for the server. */
    private void drop(Piece piece) {
        ended += piece.end() ? 1 : 0;
        taken(piece.bytes());
    }

    private void taken(ByteBuf bytes) {
        int size = bytes.readableBytes();
        bytes.release();
        tellSent(size);
    }

    private void tellSent(int bytes) {
        if (state == State.OPEN) {
            events.onSent(bytes);
        }
    }

    /** A batch begins; false when it is not for the server. */
    private boolean begin(Piece first) {
        if (!first.bytes().isReadable()) {
            if (first.end()) {
                answerEmpty();
            }
            drop(first);
            return false;
        }
        if (tracker.isCopyIn()) {
            switch (first.bytes().getByte(first.bytes().readerIndex())) {
                case 'd', 'c', 'f' -> {
                    // of the COPY
                }
                case 'H', 'S' -> {
                    // sent before the client knew of the COPY, and all of the batch
                    answerEmpty();
                    drop(first);
                    return false;
                }
                default -> {
                    byte type = first.bytes().getByte(first.bytes().readerIndex());
                    first.bytes().release();
                    fail(Refusals.violation(unexpectedInCopy(type)));
                    return false;
                }
            }
        }
        tracker.begin();
        insideBatch = true;
        return true;
    }

    private static WireException unexpectedInCopy(byte type) {
        return WireException.protocolViolation(
                "unexpected message type 0x%02X during COPY from stdin".formatted(type),
                "End the COPY with CopyDone or CopyFail before anything else.");
    }

    private void sendPiece(ServerChannel present, Piece piece) {
        int size = piece.bytes().readableBytes();
        scanner.scan(piece.bytes());
        boolean complete = false;
        if (piece.end()) {
            insideBatch = false;
            ended++;
            complete = tracker.onSent();
        }
        present.write(piece.bytes());
        tellSent(size);
        if (complete) {
            answerEmpty();
        }
        if (piece.end()) {
            cancelIfDue();
        }
    }

    private void answerEmpty() {
        answered++;
        give(Unpooled.EMPTY_BUFFER, true);
    }

    /** Nothing is left to be sent for a client that is gone. */
    private boolean finish(ServerChannel present) {
        if (insideBatch || tracker.isCopyIn()) {
            end(); // the server finds its client gone in the middle
        } else if (!terminated) {
            terminated = true;
            present.write(Unpooled.wrappedBuffer(TERMINATE));
        }
        return false;
    }

    // cancel

    /** Whether the next batch is cancelled before the server has got any of it. */
    private boolean isRefused() {
        return cancelWanted == ended + 1 && tracker.isIdle() && !localAnswers.isOn();
    }

    /** Cancels what the server runs; what it has not got yet is refused when its turn comes. */
    private void cancelIfDue() {
        boolean running = insideBatch || tracker.isUnderWay() || tracker.isCopyIn();
        if (cancelling || state != State.OPEN || cancelWanted != answered + 1 || !running) {
            return;
        }
        cancelling = true;
        if (tracker.isSent()) {
            cancelWanted = 0; // else it has to be repeated: the server may not run the batch yet
        }
        canceller.cancel(
                thread,
                server().cancelRequest(),
                () -> {
                    cancelling = false;
                    if (tracker.isSent()) {
                        cancelIfDue();
                    }
                    pump();
                });
    }

    private ServerChannel server() {
        ServerChannel present = server;
        if (present == null) {
            throw new IllegalStateException("the agent is not logged in");
        }
        return present;
    }
}
