package dev.culvert.agent.run;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.stream.AgentStream;
import dev.culvert.tunnel.stream.AgentStreamListener;
import dev.culvert.wire.batch.BackendReader;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.TransactionStatus;
import dev.culvert.wire.startup.FirstPacketReader;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The bridge between a stream and a session of the backend: what each says is carried to the other,
 * progress with it, so that the stream's credit is the backend's.
 *
 * <pre>
 *   STARTING ── StartupMessage is whole ──▶ RUNNING ── the stream or the session has ended ──▶ ENDED
 *       └──────────── the stream has ended, or it is no StartupMessage ────────────────────────▲
 * </pre>
 *
 * <p>All on the tunnel's thread.
 */
final class SessionBridge implements AgentStreamListener {
    /** Batch 1 is a StartupMessage, which is no larger (Postgres: MAX_STARTUP_PACKET_LENGTH). */
    private static final int MAX_STARTUP_BYTES = 10_240;

    private enum State {
        STARTING,
        RUNNING,
        ENDED
    }

    private final Backend backend;
    private final Frame.Open client;
    private final AgentStream stream;
    private final Executor thread;
    private final Counters counters;
    private final BiConsumer<SessionBridge, Frame.Open> onEnded;
    private final BackendReader reader = new BackendReader();
    private final ByteBuf startup = ByteBufAllocator.DEFAULT.buffer();
    private final Answers answers = new Answers();
    private State state = State.STARTING;
    private @Nullable BackendSession session;

    /** Batches that have no whole answer yet. */
    private int unanswered;

    /** Statements of {@link #reader} that have been counted. */
    private long statements;

    private @Nullable Refusal endWhenIdle;
    private @Nullable ErrorResponse notice;

    SessionBridge(
            Backend backend,
            Frame.Open client,
            AgentStream stream,
            Executor thread,
            Counters counters,
            BiConsumer<SessionBridge, Frame.Open> onEnded) {
        this.backend = backend;
        this.client = client;
        this.stream = stream;
        this.thread = thread;
        this.counters = counters;
        this.onEnded = onEnded;
    }

    boolean isBusy() {
        return unanswered > 0;
    }

    // what the stream says

    @Override
    public void onData(ByteBuf payload, boolean end) {
        BackendSession present = session;
        counters.onReceived(payload.readableBytes());
        if (present != null) {
            if (end) {
                addUnanswered(1);
            }
            present.send(payload, end);
        } else {
            onStartup(payload, end);
        }
    }

    @Override
    public void onSent(int bytes) {
        counters.onSent(bytes);
        BackendSession present = session;
        if (present != null) {
            present.consumed(bytes);
        }
    }

    @Override
    public void onCancel(int batch) {
        BackendSession present = session;
        if (present != null) {
            present.cancel(batch);
        }
    }

    @Override
    public void onClose() {
        BackendSession present = session;
        if (present != null) {
            present.close();
        }
        end(null);
    }

    private void onStartup(ByteBuf payload, boolean end) {
        int size = startup.readableBytes() + payload.readableBytes();
        if (size <= MAX_STARTUP_BYTES) {
            startup.writeBytes(payload);
        }
        payload.release();
        StartupMessage message = size <= MAX_STARTUP_BYTES && end ? readStartup() : null;
        if (message != null) {
            state = State.RUNNING;
            addUnanswered(1);
            BackendSession opened =
                    backend.open(
                            new SessionRequest(client.session(), address(), message, thread),
                            answers);
            session = opened;
            if (state == State.RUNNING) {
                opened.send(startup.retain(), true);
            }
        } else if (end || size > MAX_STARTUP_BYTES) {
            end(
                    dev.culvert.tunnel.frame.Refusal.of(
                            "08P01", "the session did not begin with a StartupMessage"));
        }
    }

    private @Nullable StartupMessage readStartup() {
        try {
            return FirstPacketReader.read(startup.slice()) instanceof StartupMessage message
                    ? message
                    : null;
        } catch (WireException e) {
            return null;
        }
    }

    private InetSocketAddress address() {
        Frame.Client from = client.client();
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(from.address()), from.port());
        } catch (IllegalArgumentException e) {
            return InetSocketAddress.createUnresolved(from.address(), from.port());
        }
    }

    // what the backend says

    private final class Answers implements BackendEvents {
        @Override
        public void onData(ByteBuf bytes, boolean endOfAnswer) {
            try {
                reader.scan(bytes);
            } catch (WireException e) {
                bytes.release();
                fail(e);
                return;
            }
            if (endOfAnswer) {
                addUnanswered(-1);
                counters.onAnswer(reader.commandCount() - statements, reader.transactionStatus());
                statements = reader.commandCount();
            }
            stream.send(bytes, endOfAnswer);
            sayNotice();
            endIfIdle();
        }

        @Override
        public void onSent(int bytes) {
            stream.consumed(bytes);
        }

        @Override
        public void onEndWhenIdle(Refusal reason) {
            endWhenIdle = reason;
            endIfIdle();
        }

        @Override
        public void onNotice(ErrorResponse newNotice) {
            notice = newNotice;
            sayNotice();
        }

        @Override
        public void onEnd(Refusal reason) {
            BackendSession present = session;
            if (present != null) {
                // it holds the database until it knows that nobody is there
                present.close();
            }
            end(asTold(reason));
        }
    }

    private void addUnanswered(int change) {
        unanswered += change;
        counters.onBatches(change);
    }

    /** The backend does not speak Postgres. */
    private void fail(WireException cause) {
        BackendSession present = session;
        if (present != null) {
            present.close();
        }
        end(
                new dev.culvert.tunnel.frame.Refusal(
                        "08P01",
                        "the database's answer is out of step: " + cause.getMessage(),
                        null,
                        "Connect again."));
    }

    /** While no answer is under way, messages of one's own may go to the client. */
    private void sayNotice() {
        ErrorResponse due = notice;
        if (due != null && unanswered == 0 && state == State.RUNNING) {
            notice = null;
            ByteBuf message = ByteBufAllocator.DEFAULT.buffer();
            due.writeAsNotice(message);
            stream.send(message, false);
        }
    }

    private void endIfIdle() {
        Refusal reason = endWhenIdle;
        BackendSession present = session;
        if (reason != null && isIdle() && present != null) {
            present.close();
            end(asTold(reason));
        }
    }

    private boolean isIdle() {
        return unanswered == 0
                && reader.isReadyForQuery()
                && reader.transactionStatus() == TransactionStatus.IDLE;
    }

    private void end(dev.culvert.tunnel.frame.@Nullable Refusal told) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        session = null;
        addUnanswered(-unanswered);
        startup.release();
        stream.close(told);
        onEnded.accept(this, client);
    }

    private static dev.culvert.tunnel.frame.Refusal asTold(Refusal reason) {
        ErrorResponse error = reason.error();
        return new dev.culvert.tunnel.frame.Refusal(
                error.sqlState(), error.message(), error.detail(), error.hint());
    }
}
