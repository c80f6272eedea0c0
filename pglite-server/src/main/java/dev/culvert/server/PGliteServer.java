package dev.culvert.server;

import dev.culvert.front.backend.Route;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.observe.FrontObserver;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A PGlite that Postgres clients connect to, without a relay. Thread-safe. */
public final class PGliteServer implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final PGliteBackend backend;
    private final Vertx vertx;
    private final List<PostgresFront> fronts = new ArrayList<>();

    private PGliteServer(PGliteBackend backend) {
        this.backend = backend;
        this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    }

    /**
     * Listens. Throws {@link java.net.BindException} when a port or socket is taken.
     *
     * @param backend closed with the server; its database is not
     * @param listeners where to listen, at one place or more
     * @param tls null for none
     */
    public static PGliteServer start(
            PGliteBackend backend,
            List<FrontSettings> listeners,
            @Nullable TlsContexts tls,
            FrontObserver observer) {
        PGliteServer server = new PGliteServer(backend);
        try {
            for (FrontSettings settings : listeners) {
                server.fronts.add(
                        PostgresFront.listen(
                                        server.vertx,
                                        settings,
                                        tls,
                                        (_, startup) -> new Route.Found(backend, startup),
                                        observer)
                                .await());
            }
            return server;
        } catch (Throwable e) {
            // await throws whatever the future failed with
            server.closeFronts();
            throw e;
        }
    }

    /** The port of each listener, in order. */
    public List<Integer> ports() {
        return fronts.stream().map(PostgresFront::port).toList();
    }

    /** Ends sessions, resets the database, and stops listening. */
    @Override
    public void close() {
        backend.close();
        closeFronts();
    }

    private void closeFronts() {
        try {
            for (PostgresFront front : fronts) {
                front.close().await(STOP_SECONDS, TimeUnit.SECONDS);
            }
            vertx.close().await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the server did not stop in time", e);
        }
    }
}
