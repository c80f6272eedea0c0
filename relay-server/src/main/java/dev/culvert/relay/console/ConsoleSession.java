package dev.culvert.relay.console;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.BackendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One operator at the console.
 *
 * <pre>
 *   Resting ── a batch is whole ──▶ Answering ── a command is to run ──▶ Fetching, on a worker
 *      ▲                             │     ▲                              │
 *      └───── no batch waits ────────┘     └──────────────────────────────┘
 * </pre>
 *
 * <p>From everywhere: client gone, or too much at once, means Over. All on the client's thread;
 * what the front hears, it hears outside of its own calls.
 */
final class ConsoleSession implements BackendSession {
    /** Bytes of a batch: more than anybody types. */
    static final int MAX_BATCH = 64 * 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleSession.class);

    /** What clients want to know. Programs take the version for that of a Postgres server. */
    private static final Map<String, String> PARAMETERS =
            new TreeMap<>(
                    Map.of(
                            "server_version", "18.0 (Culvert's console)",
                            "server_encoding", "UTF8",
                            "client_encoding", "UTF8",
                            "DateStyle", "ISO, MDY",
                            "TimeZone", "UTC",
                            "integer_datetimes", "on",
                            "standard_conforming_strings", "on"));

    private enum Phase {
        RESTING,
        ANSWERING,
        FETCHING,
        OVER
    }

    private final Vertx vertx;
    private final Commands commands;
    private final BackendEvents events;
    private final Executor clientThread;
    private final AnswerStream answers;
    private final Dialogue dialogue = new Dialogue();
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();
    private @Nullable ByteBuf collecting;
    private Phase phase = Phase.RESTING;

    /** The batch that is being answered; the first is the StartupMessage. */
    private int current;

    private boolean scheduled;

    ConsoleSession(Vertx vertx, Commands commands, SessionRequest request, BackendEvents events) {
        this.vertx = vertx;
        this.commands = commands;
        this.events = events;
        this.clientThread = request.executor();
        this.answers = new AnswerStream(events);
    }

    @Override
    public void send(ByteBuf bytes, boolean endOfBatch) {
        if (phase == Phase.OVER) {
            bytes.release();
            return;
        }
        ByteBuf batch = collecting;
        if (batch == null) {
            batch = ByteBufAllocator.DEFAULT.buffer(bytes.readableBytes());
            collecting = batch;
        }
        batch.writeBytes(bytes);
        bytes.release();
        if (batch.readableBytes() > MAX_BATCH) {
            close();
            clientThread.execute(() -> events.onEnd(Refusals.batchTooLarge(MAX_BATCH)));
        } else if (endOfBatch) {
            waiting.add(batch);
            collecting = null;
            proceedSoon();
        }
    }

    @Override
    public void consumed(int bytes) {
        answers.consumed(bytes);
        if (phase == Phase.ANSWERING) {
            proceedSoon();
        }
    }

    @Override
    public void cancel(int batch) {
        if (batch == current) {
            dialogue.cancel();
        }
    }

    @Override
    public void close() {
        phase = Phase.OVER;
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        if (collecting != null) {
            collecting.release();
            collecting = null;
        }
        dialogue.release();
        answers.release();
    }

    private void proceedSoon() {
        if (!scheduled) {
            scheduled = true;
            clientThread.execute(() -> {
                scheduled = false;
                proceed();
            });
        }
    }

    private void proceed() {
        if (phase == Phase.RESTING) {
            beginNext();
        }
        while (answers.hasRoom() && phase == Phase.ANSWERING) {
            switch (step()) {
                case STEP -> {
                    // as long as there is room
                }
                case RUN -> fetch();
                case NOTHING -> endAnswer();
            }
        }
    }

    private Dialogue.Need step() {
        try {
            return dialogue.step(answers.out());
        } catch (IndexOutOfBoundsException e) {
            // lengths within a message that point out of it
            close();
            events.onEnd(
                    Refusals.violation(
                            WireException.protocolViolation(
                                    "a message is shorter than it says",
                                    "Check the client: this is a defect in it.")));
        } catch (RuntimeException e) {
            close();
            events.onEnd(Refusals.backendEnded(error(e)));
        }
        return Dialogue.Need.STEP;
    }

    private void beginNext() {
        ByteBuf batch = waiting.poll();
        if (batch == null) {
            return;
        }
        phase = Phase.ANSWERING;
        current++;
        int size = batch.readableBytes();
        if (current == 1) {
            // the StartupMessage: its user is known, and nothing in it matters here
            batch.release();
            PARAMETERS.forEach(
                    (name, value) -> BackendMessages.parameterStatus(answers.out(), name, value));
        } else {
            dialogue.begin(batch);
        }
        events.onSent(size);
    }

    private void endAnswer() {
        phase = Phase.RESTING;
        answers.end();
        if (!waiting.isEmpty()) {
            proceedSoon();
        }
    }

    private void fetch() {
        phase = Phase.FETCHING;
        Command command = dialogue.toRun();
        vertx.executeBlocking(() -> commands.run(command), false)
                .onComplete(ran -> clientThread.execute(() -> onRan(ran)));
    }

    private void onRan(AsyncResult<Answer> ran) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.ANSWERING;
        if (ran.succeeded()) {
            dialogue.ran(ran.result(), answers.out());
        } else {
            dialogue.failed(error(ran.cause()), answers.out());
        }
        proceed();
    }

    private static ErrorResponse error(Throwable failure) {
        if (failure instanceof WireException known) {
            return known.response();
        }
        LOG.atError().setCause(failure).log("a command of the console failed");
        return ErrorResponse.error(
                        SqlState.INTERNAL_ERROR, "the console failed: " + failure.getMessage())
                .withHint("The relay's log says more.");
    }
}
