package dev.culvert.front.testing;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A database that does what a test tells it, for the user {@code guest}, who needs no password. It
 * answers the first batch with a start, and others only when asked to.
 */
public final class ScriptedBackend implements Backend {
    /** What it sends ahead of what the client has taken. */
    public static final int WINDOW = 256 * 1_024;

    /** Bytes of batches that came, and of answers that went. */
    public final AtomicLong received = new AtomicLong();

    public final AtomicLong sent = new AtomicLong();

    /** Numbers of the batches that came whole, and of those to cancel. */
    public final BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();

    public final BlockingQueue<Integer> cancels = new LinkedBlockingQueue<>();

    /** Counted down when the front has closed the session. */
    public final CountDownLatch closed = new CountDownLatch(1);

    private final boolean takesBytes;
    private final boolean starts;
    private volatile Sharing sharing = new ExclusiveSharing();
    private volatile SessionTimeouts timeouts = SessionTimeouts.DEFAULTS;
    private volatile @Nullable Session session;

    private ScriptedBackend(boolean takesBytes, boolean starts) {
        this.takesBytes = takesBytes;
        this.starts = starts;
    }

    /** One that takes all that comes. */
    public static ScriptedBackend willing() {
        return new ScriptedBackend(true, true);
    }

    /** One that, once started, never says that bytes have left for it. */
    public static ScriptedBackend stalled() {
        return new ScriptedBackend(false, true);
    }

    /** One that does not answer at all. */
    public static ScriptedBackend silent() {
        return new ScriptedBackend(true, false);
    }

    /** With this sharing, and these timeouts. */
    public ScriptedBackend with(Sharing newSharing, SessionTimeouts newTimeouts) {
        sharing = newSharing;
        timeouts = newTimeouts;
        return this;
    }

    /** Tells the client something. */
    public void notice(ErrorResponse notice) {
        session().notice(notice);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Credentials credentials() {
        return Credentials.of(Map.of("guest", new Credential(new Proof.None(), null)), List.of());
    }

    @Override
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public boolean appliesStartupParameters() {
        return true;
    }

    @Override
    public SessionTimeouts timeouts() {
        return timeouts;
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        Session opened = new Session(request, events);
        session = opened;
        return opened;
    }

    /** Answers a batch with CommandComplete and ReadyForQuery. */
    public void answer() {
        ByteBuf answer = Unpooled.buffer();
        BackendMessages.commandComplete(answer, "SELECT 0");
        BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
        session().say(answer, true);
    }

    /** Sends these bytes as the next of an answer. */
    public void send(byte[] bytes) {
        session().say(Unpooled.wrappedBuffer(bytes), false);
    }

    /** Sends these bytes as the last of an answer. */
    public void sendLast(byte[] bytes) {
        session().say(Unpooled.wrappedBuffer(bytes), true);
    }

    /** Sends what is in this buffer, taken over. */
    public void send(ByteBuf bytes, boolean endOfAnswer) {
        session().say(bytes, endOfAnswer);
    }

    /** Sends so many bytes as one message, as fast as the client takes them. */
    public void flood(long bytes) {
        session().flood(bytes);
    }

    /** Asks the session to end when it is idle. */
    public void endWhenIdle(Refusal reason) {
        Session present = session();
        present.request.executor().execute(() -> present.events.onEndWhenIdle(reason));
    }

    /** Ends the session. */
    public void end(Refusal reason) {
        session().end(reason);
    }

    private Session session() {
        Session present = session;
        if (present == null) {
            throw new IllegalStateException("no client has come yet");
        }
        return present;
    }

    private final class Session implements BackendSession {
        private final SessionRequest request;
        private final BackendEvents events;
        private int batch;
        private int underway;
        private long toFlood;

        Session(SessionRequest request, BackendEvents events) {
            this.request = request;
            this.events = events;
        }

        void say(ByteBuf bytes, boolean end) {
            request.executor()
                    .execute(() -> {
                        underway += bytes.readableBytes();
                        sent.addAndGet(bytes.readableBytes());
                        events.onData(bytes, end);
                    });
        }

        void flood(long bytes) {
            request.executor()
                    .execute(() -> {
                        toFlood = bytes;
                        goOnFlooding();
                    });
        }

        void notice(ErrorResponse notice) {
            request.executor().execute(() -> events.onNotice(notice));
        }

        void end(Refusal reason) {
            request.executor().execute(() -> events.onEnd(reason));
        }

        private void goOnFlooding() {
            while (toFlood > 0 && underway < WINDOW) {
                int size = (int) Math.min(toFlood, 32 * 1_024);
                toFlood -= size;
                underway += size;
                sent.addAndGet(size);
                events.onData(Unpooled.buffer(size).writeZero(size), false);
            }
        }

        @Override
        public void send(ByteBuf bytes, boolean endOfBatch) {
            int size = bytes.readableBytes();
            bytes.release();
            received.addAndGet(size);
            if (endOfBatch) {
                batches.add(++batch);
            }
            if (takesBytes || (batch == 1 && endOfBatch)) {
                request.executor().execute(() -> events.onSent(size));
            }
            if (endOfBatch && batch == 1 && starts) {
                ByteBuf answer = Unpooled.buffer();
                BackendMessages.authenticationOk(answer);
                BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
                say(answer, true);
            }
        }

        @Override
        public void consumed(int bytes) {
            underway -= bytes;
            goOnFlooding();
        }

        @Override
        public void cancel(int cancelled) {
            cancels.add(cancelled);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
