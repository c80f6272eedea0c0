package dev.culvert.server;

import static org.awaitility.Awaitility.await;

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
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An in-memory PGlite behind a front on a free port, without TLS and passwords. */
final class LocalFront implements AutoCloseable {
    final PGlite database;
    final PGliteBackend backend;

    /** Why sessions ended, in order. */
    final BlockingQueue<Refusal> endings = new LinkedBlockingQueue<>();

    private final AtomicInteger openSessions = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final PostgresFront front;

    LocalFront(UnaryOperator<BackendSettings> settings) {
        this(PGlite.inMemory(), settings);
    }

    LocalFront(PGlite database, UnaryOperator<BackendSettings> settings) {
        this.database = database;
        Credentials anybody =
                Credentials.of(
                        Map.of("postgres", new Credential(new Proof.None(), null)), List.of());
        backend = new PGliteBackend(database, settings.apply(BackendSettings.of(anybody)));
        front =
                PostgresFront.listen(
                                vertx,
                                FrontSettings.on("127.0.0.1", 0).withTlsRequired(false),
                                null,
                                (_, startup) -> new Route.Found(backend, startup),
                                new Recorder())
                        .await();
    }

    FrontObserver observer() {
        return new Recorder();
    }

    int port() {
        return front.port();
    }

    /** Waits until the sessions of all clients have ended; those that have just left, that is. */
    void awaitEnd() {
        await().until(() -> openSessions.get() == 0);
    }

    Connection connect(String... properties) throws SQLException {
        return connectTo("postgres", properties);
    }

    Connection connectTo(String database, String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", "postgres");
        all.setProperty("sslmode", "disable");
        all.setProperty("gssEncMode", "disable");
        all.setProperty("loginTimeout", "30");
        all.setProperty("socketTimeout", "60");
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/" + database, all);
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    /** The owner's own query. */
    String own(String sql) {
        return new OwnSql(database).value(sql);
    }

    @Override
    public void close() {
        backend.close();
        front.close().await();
        vertx.close().await();
        database.close();
    }

    private final class Recorder implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            openSessions.incrementAndGet();
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            endings.add(reason);
            openSessions.decrementAndGet();
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            endings.add(refusal);
        }
    }
}
