package dev.culvert.front.backend;

import dev.culvert.front.sharing.Sharing;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Something that runs SQL: a tunnel, or a database in this process. Thread-safe: clients call from
 * the event loops of their connections.
 */
public interface Backend {
    /** The name that clients dial, for texts. */
    String name();

    /** Who may connect, from where, and with which password. */
    Credentials credentials();

    /** Who has the backend, and who is next. */
    Sharing sharing();

    /**
     * Whether the backend applies the parameters of a StartupMessage by itself, as a Postgres
     * server does. PGlite does not; the front then sends them as a batch of its own.
     */
    boolean appliesStartupParameters();

    /** What ends by itself. */
    SessionTimeouts timeouts();

    /**
     * The event loop of the backend's own connection; null for one that has none. Clients'
     * connections are moved there before their sessions begin: what the two say to each other then
     * wakes no second thread.
     */
    default @Nullable EventLoop eventLoop() {
        return null;
    }

    /**
     * Opens a session. Returns at once; the first batch sent is the StartupMessage.
     *
     * @param events called on {@code request.executor()} only
     */
    BackendSession open(SessionRequest request, BackendEvents events);
}
