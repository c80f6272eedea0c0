package dev.culvert.front.testing;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.limit.Cidr;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import dev.culvert.wire.scram.ScramVerifier;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A database that answers every Query with nothing, and takes as many clients as come. */
public final class FakeBackend implements Backend {
    /** Its name. */
    public static final String NAME = "abc123";

    private static final int FEW_ITERATIONS = 64;

    private final Map<String, Credential> users = new HashMap<>();
    private volatile Credentials credentials = Credentials.of(users, List.of());
    private volatile @Nullable EventLoop eventLoop;
    private volatile @Nullable Sharing sharing;

    /** Where the sessions opened, for a backend with an event loop: whether it was there. */
    public final BlockingQueue<Boolean> openedAtHome = new LinkedBlockingQueue<>();

    /** Has an event loop of its own. */
    public FakeBackend on(EventLoop loop) {
        eventLoop = loop;
        return this;
    }

    /** A user with a password, which may expire. */
    public FakeBackend with(String user, String password, @Nullable Instant expires) {
        ScramVerifier verifier = ScramVerifier.fromPassword(password, new byte[16], FEW_ITERATIONS);
        return with(user, new Credential(new Proof.Scram(verifier), expires));
    }

    /** A user. */
    public FakeBackend with(String user, Credential credential) {
        users.put(user, credential);
        credentials = Credentials.of(users, List.of());
        return this;
    }

    /** Lets clients from one range in only. */
    public FakeBackend allow(String range) {
        credentials = Credentials.of(users, List.of(Cidr.parse(range)));
        return this;
    }

    /** Takes clients as this says. */
    public FakeBackend shared(Sharing way) {
        sharing = way;
        return this;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Credentials credentials() {
        return credentials;
    }

    @Override
    public Sharing sharing() {
        Sharing present = sharing;
        return present == null ? new ExclusiveSharing() : present;
    }

    @Override
    public boolean appliesStartupParameters() {
        return true;
    }

    @Override
    public SessionTimeouts timeouts() {
        return SessionTimeouts.DEFAULTS;
    }

    @Override
    public @Nullable EventLoop eventLoop() {
        return eventLoop;
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        EventLoop home = eventLoop;
        if (home != null) {
            openedAtHome.add(home.inEventLoop());
        }
        return new Session(request, events);
    }

    /** Answers the first batch with a start, and the others with an empty result. */
    private static final class Session implements BackendSession {
        private final SessionRequest request;
        private final BackendEvents events;
        private boolean started;

        Session(SessionRequest request, BackendEvents events) {
            this.request = request;
            this.events = events;
        }

        @Override
        public void send(ByteBuf bytes, boolean endOfBatch) {
            int size = bytes.readableBytes();
            bytes.release();
            ByteBuf answer = Unpooled.buffer();
            if (endOfBatch) {
                if (started) {
                    BackendMessages.commandComplete(answer, "SELECT 0");
                } else {
                    BackendMessages.authenticationOk(answer);
                    BackendMessages.parameterStatus(answer, "server_version", "18.0");
                    BackendMessages.parameterStatus(answer, "server_encoding", "UTF8");
                    BackendMessages.parameterStatus(answer, "client_encoding", "UTF8");
                    started = true;
                }
                BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
            }
            request.executor()
                    .execute(() -> {
                        events.onSent(size);
                        if (endOfBatch) {
                            events.onData(answer, true);
                        }
                    });
        }

        @Override
        public void consumed(int bytes) {
            // it sends little
        }

        @Override
        public void cancel(int batch) {
            // it is never slow
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
