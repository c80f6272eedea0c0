package dev.culvert.front.session;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.wire.batch.BackendReader;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.TransactionStatus;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.Setting;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation with its backend.
 *
 * <pre>
 *   Starting ── the backend has answered the StartupMessage (and the settings) ──▶ Open
 *      │                                                                            │
 *      └── client gone, backend gone, refused, too slow, access expired ──▶ Ended ◀─┘ also: idle
 * </pre>
 *
 * <p>In <b>Starting</b> the client's bytes wait, few of them: clients send none before they are
 * greeted. In <b>Open</b> its batches go to the backend and the backend's bytes to the client; what
 * the front knows of them is only where batches and messages end. <b>Ended</b> is final.
 *
 * <p>All on the thread of the client's connection.
 */
final class Session implements BackendEvents, LiveSession {
    private enum State {
        STARTING,
        OPEN,
        ENDED
    }

    private final LoggedIn client;
    private final SessionParts parts;
    private final ClientPort port;
    private final CancelKeys.Key cancelKey;
    private final SessionStart start;
    private final BackendSession backend;
    private final BatchForwarder batches;
    private final BackendReader answers = new BackendReader();
    private final SessionTimeouts timeouts;
    private final IdleClock idleClock;
    private final Optional<StatementClock> statementClock;
    private final IdleStatus idleStatus;
    private final AccessClock accessClock;
    private final Runnable callOffStartTimeout;
    private final Instant since;
    private final BatchTimes times;
    private final AtomicLong bytesToDatabase = new AtomicLong();
    private final AtomicLong bytesToClient = new AtomicLong();
    private State state = State.STARTING;

    /** CopyInResponse messages that were acted on. */
    private long copiesBegun;

    /** Why the session is to end as soon as it is idle, or null if it is not. */
    private @Nullable Refusal endWhenIdle;

    /** What the client is to hear as soon as it has only had whole messages. */
    private @Nullable ErrorResponse notice;

    /** Opens the session on the backend, and sends it the StartupMessage. */
    Session(LoggedIn client, SessionParts parts, ClientPort port) {
        this.client = client;
        this.parts = parts;
        this.port = port;
        List<Setting> settings =
                client.backend().appliesStartupParameters()
                        ? List.of()
                        : StartupSettings.of(client.startup());
        start = new SessionStart(port.allocator().buffer(), settings);
        timeouts = client.backend().timeouts();
        idleClock = new IdleClock(port, shorter(timeouts), this::onIdle);
        statementClock =
                timeouts.statement().map(limit -> new StatementClock(port, limit, overtime(limit)));
        idleStatus =
                new IdleStatus(
                        port,
                        parts.idleStatus(),
                        () -> isWaitingForClient() && answers.atMessageBoundary());
        accessClock =
                new AccessClock(
                        port,
                        parts.clock(),
                        client.expires(),
                        () -> finish(Refusals.accessExpired(client.info().user())));
        cancelKey = parts.cancelKeys().register(keyBytes(client.version()), this::onCancelRequest);
        callOffStartTimeout = port.schedule(parts.startTimeout(), this::onStartTimeout);
        backend =
                client.backend()
                        .open(
                                new SessionRequest(
                                        client.info().id(),
                                        client.info().client(),
                                        client.startup(),
                                        port.executor()),
                                this);
        since = parts.clock().instant();
        times = new BatchTimes(port, parts.observer());
        batches = new BatchForwarder(backend, port, times);
        parts.live().add(this);
        ByteBuf startup = port.allocator().buffer();
        client.startup().writeTo(startup);
        batches.sendOwn(startup);
        accessClock.start();
        parts.observer().onSessionStarted(client.info());
    }

    // what the client does

    /** The client sent bytes, taken over. */
    void onClientBytes(ByteBuf bytes) {
        if (state == State.ENDED) {
            bytes.release();
            return;
        }
        int size = bytes.readableBytes();
        count(bytesToDatabase, size);
        parts.observer().onBytesToDatabase(size);
        batches.add(bytes);
        if (state == State.OPEN) {
            forward();
        }
    }

    /** The client's connection broke. */
    void onClientLost() {
        finish(Refusals.clientGone(Reason.CLIENT_LOST));
    }

    private void forward() {
        try {
            if (batches.forward() == BatchForwarder.Outcome.TERMINATED) {
                finish(Refusals.clientGone(Reason.TERMINATED));
                return;
            }
        } catch (WireException e) {
            finish(Refusals.violation(e));
            return;
        }
        if (batches.isWaitingForClient()) {
            idleClock.waiting(idleTimeout());
        } else {
            idleClock.busy();
        }
        statementClock.ifPresent(clock -> clock.runs(batches.running()));
    }

    // what the backend does

    @Override
    public void onData(ByteBuf bytes, boolean endOfAnswer) {
        switch (state) {
            case ENDED -> bytes.release();
            case STARTING -> onStartData(bytes, endOfAnswer);
            case OPEN -> onAnswerData(bytes, endOfAnswer);
        }
    }

    private void onStartData(ByteBuf bytes, boolean endOfAnswer) {
        int size = bytes.readableBytes();
        boolean fits = start.add(bytes);
        bytes.release();
        if (!fits) {
            finish(Refusals.backendEnded(brokenStart()));
            return;
        }
        backend.consumed(size);
        if (!endOfAnswer) {
            return;
        }
        batches.onAnswered(false);
        SessionStart.Step step;
        try {
            step = start.next();
        } catch (WireException e) {
            finish(Refusals.backendEnded(brokenStart()));
            return;
        }
        switch (step) {
            case SessionStart.Step.Apply(List<Setting> settings) ->
                    batches.sendOwn(StartupSettings.batch(settings, port.allocator()));
            case SessionStart.Step.Refuse(ErrorResponse error) ->
                    finish(Refusals.badParameter(error));
            case SessionStart.Step.Begin(SequencedMap<String, String> parameters) ->
                    begin(parameters);
        }
    }

    private void begin(SequencedMap<String, String> parameters) {
        state = State.OPEN;
        callOffStartTimeout.run();
        start.release();
        ByteBuf greeting = port.allocator().buffer();
        ClientGreeting.writeTo(greeting, parameters, cancelKey);
        port.write(greeting, () -> {});
        idleClock.start();
        idleClock.waiting(idleTimeout());
        statementClock.ifPresent(StatementClock::start);
        idleStatus.start(parameters.get(IdleStatus.parameter()));
        sayNotice();
        forward();
        endIfIdle();
    }

    private void onAnswerData(ByteBuf bytes, boolean endOfAnswer) {
        try {
            answers.scan(bytes);
        } catch (WireException e) {
            bytes.release();
            finish(Refusals.backendEnded(e.response()));
            return;
        }
        if (endOfAnswer) {
            parts.observer().onBatchAnswered();
            times.answered();
            // before the client can see it, and asks to cancel what comes next
            batches.onAnswered(beginsCopyIn());
        }
        int size = bytes.readableBytes();
        if (size > 0) {
            count(bytesToClient, size);
            parts.observer().onBytesToClient(size);
            port.write(bytes, endOfAnswer ? () -> onLastWritten(size) : () -> onWritten(size));
        } else {
            bytes.release();
        }
        if (endOfAnswer) {
            // messages of a COPY may have waited for it
            forward();
            endIfIdle();
        }
        sayNotice();
    }

    /** For the idle status, which is made before the batches are. */
    private boolean isWaitingForClient() {
        return batches.isWaitingForClient();
    }

    private boolean beginsCopyIn() {
        boolean begins = answers.copyInCount() > copiesBegun && answers.isCopyInPending();
        copiesBegun = answers.copyInCount();
        return begins;
    }

    private void onLastWritten(int bytes) {
        times.written();
        onWritten(bytes);
    }

    private void onWritten(int bytes) {
        if (state != State.ENDED) {
            backend.consumed(bytes);
        }
    }

    @Override
    public void onSent(int bytes) {
        batches.onSent(bytes);
    }

    @Override
    public void onEndWhenIdle(Refusal reason) {
        endWhenIdle = reason;
        endIfIdle();
    }

    private void endIfIdle() {
        Refusal reason = endWhenIdle;
        if (reason != null
                && state == State.OPEN
                && isWaitingForClient()
                && answers.isReadyForQuery()
                && answers.transactionStatus() == TransactionStatus.IDLE) {
            finish(reason);
        }
    }

    @Override
    public void onNotice(ErrorResponse newNotice) {
        notice = newNotice;
        sayNotice();
    }

    private void sayNotice() {
        ErrorResponse due = notice;
        if (due != null && state == State.OPEN && answers.atMessageBoundary()) {
            notice = null;
            ByteBuf message = port.allocator().buffer();
            due.writeAsNotice(message);
            port.write(message, () -> {});
        }
    }

    @Override
    public void onEnd(Refusal reason) {
        finish(reason);
    }

    // time and cancel

    private void onStartTimeout() {
        if (state == State.STARTING) {
            finish(Refusals.startTimeout(client.backend().name(), parts.startTimeout()));
        }
    }

    private void onIdle() {
        finish(
                isInTransaction()
                        ? Refusals.idleInTransaction(timeouts.idleInTransaction())
                        : Refusals.idle(timeouts.idle()));
    }

    private Duration idleTimeout() {
        return isInTransaction() ? timeouts.idleInTransaction() : timeouts.idle();
    }

    private boolean isInTransaction() {
        return answers.transactionStatus() != TransactionStatus.IDLE;
    }

    private StatementClock.Limits overtime(Duration limit) {
        return new StatementClock.Limits() {
            @Override
            public void onTimeout() {
                backend.cancel(batches.running());
            }

            @Override
            public void onStillRunning() {
                finish(Refusals.statementTimeout(limit));
            }
        };
    }

    /**
     * Comes from the connection that brought the request, on that one's thread: what runs is what
     * ran when the request came, and not what runs when this session's thread gets to it.
     */
    private void onCancelRequest() {
        int running = batches.running();
        if (running == 0) {
            return;
        }
        port.executor()
                .execute(() -> {
                    if (state == State.OPEN && batches.isUnanswered(running)) {
                        backend.cancel(running);
                    }
                });
    }

    // what consoles ask, on any thread

    @Override
    public SessionInfo info() {
        return client.info();
    }

    @Override
    public Instant since() {
        return since;
    }

    @Override
    public long bytesToDatabase() {
        return bytesToDatabase.get();
    }

    @Override
    public long bytesToClient() {
        return bytesToClient.get();
    }

    @Override
    public long batches() {
        return batches.sent();
    }

    @Override
    public boolean isBusy() {
        return batches.running() > 0;
    }

    @Override
    public void end(Refusal reason) {
        port.executor().execute(() -> finish(reason));
    }

    @Override
    public void endWhenIdle(Refusal reason) {
        port.executor().execute(() -> onEndWhenIdle(reason));
    }

    /** One thread writes; others read. */
    private static void count(AtomicLong counter, int bytes) {
        counter.lazySet(counter.getPlain() + bytes);
    }

    private void finish(Refusal reason) {
        if (state == State.ENDED) {
            return;
        }
        if (state == State.STARTING) {
            callOffStartTimeout.run();
            start.release();
        }
        state = State.ENDED;
        idleClock.stop();
        statementClock.ifPresent(StatementClock::stop);
        idleStatus.stop();
        accessClock.stop();
        batches.release();
        backend.close();
        parts.cancelKeys().remove(cancelKey);
        parts.live().remove(this);
        client.backend().sharing().leave(client.holder());
        // a client that left reads nothing, and an error in the middle of another message would be
        // read as part of it
        boolean told = !reason.reason().isClientsOwn() && answers.atMessageBoundary();
        port.farewell(told ? reason.error() : null);
        parts.observer()
                .onSessionEnded(
                        client.info(),
                        new SessionTotals(
                                Duration.between(since, parts.clock().instant()),
                                batches(),
                                bytesToDatabase(),
                                bytesToClient()),
                        reason);
    }

    private static ErrorResponse brokenStart() {
        return ErrorResponse.fatal(
                        SqlState.PROTOCOL_VIOLATION,
                        "the database's answer to the startup message makes no sense")
                .withHint("Its agent and this relay may be of different versions.");
    }

    private static Duration shorter(SessionTimeouts timeouts) {
        return timeouts.idle().compareTo(timeouts.idleInTransaction()) < 0
                ? timeouts.idle()
                : timeouts.idleInTransaction();
    }

    private static int keyBytes(ProtocolVersion version) {
        return version.isAtLeast(ProtocolVersion.V3_2)
                ? CancelKeys.LONG_KEY_BYTES
                : CancelKeys.SHORT_KEY_BYTES;
    }
}
