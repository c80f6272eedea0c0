package dev.culvert.server;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.pglite.PGlite;
import java.util.Optional;

/**
 * A PGlite in this JVM, for a front to put clients on.
 *
 * <p>Its owner goes on using it, from any thread: their batches run between those of a client, and
 * wait while the client is in a transaction, as the client waits while the owner is in one.
 * Thread-safe.
 */
public final class PGliteBackend implements Backend, AutoCloseable {
    /** The only database that a PGlite has. */
    public static final String DATABASE = "postgres";

    private final BackendSettings settings;
    private final Engine engine;

    /**
     * A backend.
     *
     * @param database stays the caller's; what {@code reopen} opens in its place is closed with the
     *     backend's {@link #database}
     */
    public PGliteBackend(PGlite database, BackendSettings settings) {
        this.settings = settings;
        this.engine =
                new Engine(settings.name(), database, settings.reopen(), settings.onStopped());
    }

    /** The database that runs; another one after the first has died. Empty while there is none. */
    public Optional<PGlite> database() {
        return engine.database();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Credentials credentials() {
        return settings.credentials();
    }

    @Override
    public Sharing sharing() {
        return settings.sharing();
    }

    @Override
    public boolean appliesStartupParameters() {
        return false;
    }

    @Override
    public SessionTimeouts timeouts() {
        return settings.timeouts();
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        PGliteSession session = new PGliteSession(engine, request, events, settings.maxBatch());
        engine.add(session);
        String asked = request.startup().database();
        if (!asked.equals(DATABASE)) {
            session.fail(Refusals.unknownDatabase(asked, DATABASE));
        }
        return session;
    }

    /**
     * Ends all sessions (57P01), and waits until the database is as it was before them, for ten
     * seconds at most. The database stays open.
     */
    @Override
    public void close() {
        engine.close();
    }
}
