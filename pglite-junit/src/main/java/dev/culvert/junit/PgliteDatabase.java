package dev.culvert.junit;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.sharing.QueueSharing;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteTemplate;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.InProcessDataSource;
import dev.culvert.server.PGliteBackend;
import dev.culvert.server.PGliteServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A test's database. One connection at a time has it: another one waits until that is closed, for
 * ten seconds. What it needs to be reached is started when it is asked for. Thread-safe.
 */
public final class PgliteDatabase implements AutoCloseable {
    private static final String USER = "postgres";
    private static final int MAX_WAITING = 100;

    /** A test that keeps a connection open while it asks for another one is to fail soon. */
    private static final Duration QUEUE = Duration.ofSeconds(10);

    private final PGlite database;
    private final PGliteBackend backend;
    private @Nullable InProcessDataSource dataSource;
    private @Nullable PGliteServer server;

    /** A database that begins as this template. */
    PgliteDatabase(PGliteTemplate template) {
        database = PGlite.inMemory(template);
        Credentials anybody =
                Credentials.of(Map.of(USER, new Credential(new Proof.None(), null)), List.of());
        Duration never = Duration.ofDays(1);
        backend =
                new PGliteBackend(
                        database,
                        BackendSettings.of(anybody)
                                .withSharing(
                                        new QueueSharing(MAX_WAITING),
                                        new SessionTimeouts(
                                                never, never, Optional.empty(), QUEUE)));
    }

    /** The database itself: it can be used while a connection is open that is in no transaction. */
    public PGlite pglite() {
        return database;
    }

    /** Connections of pgjdbc within the process, without a socket. */
    public synchronized DataSource dataSource() {
        if (dataSource == null) {
            dataSource = new InProcessDataSource(backend, USER, Map.of(), Silent.INSTANCE);
        }
        return dataSource;
    }

    /** For JDBC by TCP. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:"
                + port()
                + "/"
                + PGliteBackend.DATABASE
                + "?user="
                + USER
                + "&sslmode=disable";
    }

    /** For R2DBC. */
    public String r2dbcUrl() {
        return "r2dbc:postgresql://" + USER + "@127.0.0.1:" + port() + "/" + PGliteBackend.DATABASE;
    }

    /** For Vert.x' client, and for what takes libpq's URIs. */
    public String uri() {
        return "postgresql://"
                + USER
                + "@127.0.0.1:"
                + port()
                + "/"
                + PGliteBackend.DATABASE
                + "?sslmode=disable";
    }

    /** The TCP port on the loopback interface, where it listens from now on. */
    public synchronized int port() {
        if (server == null) {
            server =
                    PGliteServer.start(
                            backend,
                            List.of(FrontSettings.on("127.0.0.1", 0).withTlsRequired(false)),
                            null,
                            Silent.INSTANCE);
        }
        return server.ports().getFirst();
    }

    /** Ends connections, and the database. */
    @Override
    public synchronized void close() {
        backend.close();
        if (dataSource != null) {
            dataSource.close();
        }
        if (server != null) {
            server.close();
        }
        database.close();
    }

    private enum Silent implements FrontObserver {
        INSTANCE;

        @Override
        public void onSessionStarted(SessionInfo session) {
            // the test knows
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // the test knows
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // the test hears it
        }
    }
}
