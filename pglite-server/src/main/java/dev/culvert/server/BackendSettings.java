package dev.culvert.server;

import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.pglite.PGlite;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How a PGlite is shared.
 *
 * @param name what texts call the database
 * @param credentials who may connect
 * @param sharing who is next; one client at a time
 * @param timeouts what ends by itself
 * @param maxBatch the largest batch in bytes; the data of a COPY does not count
 * @param reopen opens the database again after it has died; empty where it cannot be
 * @param onStopped hears why the database has stopped for good; on a thread of its own
 */
public record BackendSettings(
        String name,
        Credentials credentials,
        Sharing sharing,
        SessionTimeouts timeouts,
        int maxBatch,
        Optional<Supplier<PGlite>> reopen,
        Consumer<String> onStopped) {
    private static final int MAX_BATCH = 64 * 1_024 * 1_024;

    /** One client at a time, others turned away; not opened again. */
    public static BackendSettings of(Credentials credentials) {
        return new BackendSettings(
                PGliteBackend.DATABASE,
                credentials,
                new ExclusiveSharing(),
                SessionTimeouts.DEFAULTS,
                MAX_BATCH,
                Optional.empty(),
                reason -> {});
    }

    /** The same under another name. */
    public BackendSettings withName(String newName) {
        return new BackendSettings(
                newName, credentials, sharing, timeouts, maxBatch, reopen, onStopped);
    }

    /** The same, shared in another way. */
    public BackendSettings withSharing(Sharing newSharing, SessionTimeouts newTimeouts) {
        return new BackendSettings(
                name, credentials, newSharing, newTimeouts, maxBatch, reopen, onStopped);
    }

    /** The same with another largest batch. */
    public BackendSettings withMaxBatch(int newMaxBatch) {
        return new BackendSettings(
                name, credentials, sharing, timeouts, newMaxBatch, reopen, onStopped);
    }

    /** The same, opened again after the database has died. */
    public BackendSettings withReopen(Supplier<PGlite> newReopen) {
        return new BackendSettings(
                name, credentials, sharing, timeouts, maxBatch, Optional.of(newReopen), onStopped);
    }

    /** The same with somebody who hears when it is all over. */
    public BackendSettings withOnStopped(Consumer<String> newOnStopped) {
        return new BackendSettings(
                name, credentials, sharing, timeouts, maxBatch, reopen, newOnStopped);
    }
}
