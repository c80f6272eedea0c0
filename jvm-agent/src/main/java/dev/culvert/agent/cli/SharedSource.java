package dev.culvert.agent.cli;

import dev.culvert.agent.upstream.UpstreamAddress;
import dev.culvert.agent.upstream.UpstreamBackend;
import dev.culvert.agent.upstream.UpstreamException;
import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The database that is shared.
 *
 * @param what it is, for people
 * @param database its name, for clients
 */
record SharedSource(Backend backend, String version, String what, String database, Runnable closing)
        implements AutoCloseable {
    /** The PGlite that {@code pglite-jvm} brings. */
    private static final String PGLITE_VERSION = "0.5.16";

    /**
     * Opens it.
     *
     * @param onStopped hears why it has come to its end by itself, and for good
     * @throws UpstreamException when a Postgres server cannot be used
     */
    static SharedSource open(ShareArguments arguments, Vertx vertx, Consumer<String> onStopped) {
        return arguments
                .upstream()
                .map(address -> upstream(address, vertx))
                .orElseGet(() -> pglite(arguments.folder(), onStopped));
    }

    /** A server that is gone for a while is no reason to end: each client is told of it. */
    private static SharedSource upstream(UpstreamAddress address, Vertx vertx) {
        UpstreamBackend backend = UpstreamBackend.toShare(vertx, address);
        String version = backend.probe().await();
        return new SharedSource(
                backend,
                version,
                "the database " + address.database() + " of PostgreSQL " + version,
                address.database(),
                backend::close);
    }

    private static SharedSource pglite(Optional<Path> folder, Consumer<String> onStopped) {
        PGlite database = folder.map(PGlite::open).orElseGet(PGlite::inMemory);
        // who may connect, and in which mode, is the relay's to see to
        BackendSettings settings =
                BackendSettings.of(Credentials.of(Map.of(), List.of())).withOnStopped(onStopped);
        PGliteBackend backend =
                new PGliteBackend(
                        database,
                        folder.map(path -> settings.withReopen(() -> PGlite.open(path)))
                                .orElse(settings));
        return new SharedSource(
                backend,
                PGLITE_VERSION,
                folder.map(path -> "the PGlite in " + path).orElse("an empty PGlite"),
                PGliteBackend.DATABASE,
                () -> {
                    Optional<PGlite> last = backend.database();
                    backend.close();
                    last.ifPresent(PGlite::close);
                });
    }

    @Override
    public void close() {
        closing.run();
    }
}
