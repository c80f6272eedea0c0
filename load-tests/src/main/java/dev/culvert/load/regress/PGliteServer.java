package dev.culvert.load.regress;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteOptions;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A data directory behind a front on a free port; opened again when it has died. */
final class PGliteServer implements AutoCloseable {
    private final Path data;
    private final Vertx vertx = Vertx.vertx();
    private final PGliteBackend backend;
    private final PostgresFront front;
    private final AtomicInteger deaths = new AtomicInteger();

    PGliteServer(Path data) {
        this.data = data;
        Credentials anybody =
                Credentials.of(
                        Map.of("postgres", new Credential(new Proof.None(), null)), List.of());
        backend =
                new PGliteBackend(
                        open(),
                        BackendSettings.of(anybody)
                                .withReopen(() -> {
                                    deaths.incrementAndGet();
                                    return open();
                                }));
        front =
                PostgresFront.listen(
                                vertx,
                                FrontSettings.on("127.0.0.1", 0).withTlsRequired(false),
                                null,
                                (_, startup) -> new Route.Found(backend, startup),
                                new Deaf())
                        .await();
    }

    private PGlite open() {
        return PGlite.open(data, PGliteOptions.defaults().withDurable(false));
    }

    int port() {
        return front.port();
    }

    /** How often the database has died. */
    int deaths() {
        return deaths.get();
    }

    @Override
    public void close() {
        backend.close();
        front.close().await();
        vertx.close().await();
        backend.database().ifPresent(PGlite::close);
    }

    private static final class Deaf implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // nobody asks
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // nobody asks
        }
    }
}
