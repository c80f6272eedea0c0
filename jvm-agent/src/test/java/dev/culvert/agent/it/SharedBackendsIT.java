package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.agent.upstream.UpstreamServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;

/**
 * psql and pgjdbc, a relay, a path that breaks, {@code culvert share}, and behind it a PGlite or a
 * Postgres server.
 */
@ParameterizedClass
@EnumSource(SharedBackendsIT.Kind.class)
@Timeout(180)
@SuppressWarnings("NullAway.Init") // JUnit sets what the tests use
class SharedBackendsIT {
    enum Kind {
        PGLITE,
        POSTGRES
    }

    @TempDir private static Path directory;

    private static UpstreamServer server;
    private static TestRelay relay;
    private static BreakingProxy path;
    private static ShareProcess share;

    @Parameter private Kind kind;

    @BeforeParameterizedClassInvocation
    static void share(Kind kind) throws Exception {
        relay = TestRelay.start(directory);
        path = new BreakingProxy(relay.httpsPort());
        if (kind == Kind.POSTGRES) {
            server = UpstreamServer.start();
        }
        share = start(kind, "--mode", "queue");
    }

    @AfterParameterizedClassInvocation
    static void stop(Kind kind) throws Exception {
        share.close();
        if (kind == Kind.POSTGRES) {
            server.close();
        }
        path.close();
        relay.close();
    }

    private static ShareProcess start(Kind kind, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(
                switch (kind) {
                    case PGLITE -> List.of("--memory");
                    case POSTGRES -> List.of("--upstream", server.url("tls", "sslmode=require"));
                });
        return ShareProcess.start(
                "wss://localhost:" + path.port(), relay.caFile(), all.toArray(String[]::new));
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return String.valueOf(result.getString(1));
        }
    }

    private static PGConnection pg(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class);
    }

    private static String sqlState(Throwable failure) {
        return String.valueOf(((SQLException) failure).getSQLState());
    }

    @Test
    void psql_connects_by_the_line_that_is_printed() throws Exception {
        Process psql =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                share.shared().path("psql").asText()
                                        + " -X -A -t -c 'SELECT 6 * 7' -c 'SELECT 1/0'")
                        .redirectErrorStream(true)
                        .start();
        assertThat(new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("42\n")
                .contains("division by zero");
        assertThat(psql.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void copy_goes_both_ways_over_a_connection_that_breaks() throws Exception {
        int rows = 200_000;
        try (Connection connection = share.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE copied (a int, b text)");
            CopyIn in = pg(connection).getCopyAPI().copyIn("COPY copied FROM STDIN");
            for (int i = 0; i < rows; i++) {
                byte[] row = (i + "\tgrüße " + i + "\n").getBytes(StandardCharsets.UTF_8);
                in.writeToCopy(row, 0, row.length);
                if (i % 100_000 == 50_000) {
                    in.flushCopy();
                    path.breakConnections();
                }
            }
            assertThat(in.endCopy()).isEqualTo(rows);
            CopyOut out =
                    pg(connection)
                            .getCopyAPI()
                            .copyOut("COPY (SELECT a, b FROM copied ORDER BY a) TO STDOUT");
            int next = 0;
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                assertThat(new String(row, StandardCharsets.UTF_8))
                        .isEqualTo(next + "\tgrüße " + next + "\n");
                if (next % 100_000 == 50_000) {
                    path.breakConnections();
                }
                next++;
            }
            assertThat(next).isEqualTo(rows);
        }
        assertThat(path.connections()).isGreaterThan(2);
    }

    @Test
    void a_statement_that_sleeps_is_cancelled() throws Exception {
        try (Connection connection = share.connect();
                Statement statement = connection.createStatement()) {
            // begun when its first row is there, which only a cursor of one row shows
            connection.setAutoCommit(false);
            statement.setFetchSize(1);
            ResultSet rows =
                    statement.executeQuery(
                            "SELECT i, CASE WHEN i > 1 THEN pg_sleep(60) END"
                                    + " FROM generate_series(1, 3) i");
            assertThat(rows.next()).isTrue();
            CompletableFuture<Throwable> end =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return new AssertionError("slept: " + rows.next());
                        } catch (SQLException e) {
                            return e;
                        }
                    });
            // a cancel that comes before the statement goes on is none
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        connection.unwrap(BaseConnection.class).cancelQuery();
                        return end.isDone();
                    });
            assertThat(sqlState(end.join())).isEqualTo("57014");
            connection.rollback();
            assertThat(text(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void notifications_come() throws Exception {
        try (Connection connection = share.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("LISTEN news");
            statement.execute("NOTIFY news, 'first'");
            PGNotification[] heard = pg(connection).getNotifications(20_000);
            assertThat(heard).hasSize(1);
            assertThat(heard[0].getParameter()).isEqualTo("first");
        }
    }

    @Test
    void a_reader_that_waits_makes_the_database_wait() throws Exception {
        assumeTrue(kind == Kind.POSTGRES, "only a server tells that it waits");
        try (Connection connection = share.connect()) {
            CopyOut out =
                    pg(connection)
                            .getCopyAPI()
                            .copyOut(
                                    "COPY (SELECT repeat('x', 9999) FROM generate_series(1, 10000))"
                                            + " TO STDOUT");
            long bytes = out.readFromCopy().length;
            await().until(() ->
                    server.ask(
                                    "SELECT count(*) FROM pg_stat_activity WHERE"
                                            + " wait_event = 'ClientWrite'")
                            .equals("1"));
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                bytes += row.length;
            }
            assertThat(bytes).isEqualTo(100_000_000);
            assertThat(text(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_wrong_password_is_refused() {
        String jdbc =
                share.shared()
                        .path("jdbc")
                        .asText()
                        .replace(share.shared().path("password").asText(), "wrong");
        assertThatThrownBy(() -> DriverManager.getConnection(jdbc))
                .satisfies(failure -> assertThat(sqlState(failure)).isEqualTo("28P01"));
    }

    @Test
    void who_stops_sharing_ends_sessions() throws Exception {
        try (ShareProcess other = start(kind);
                Connection connection = other.connect()) {
            assertThat(text(connection, "SELECT 1")).isEqualTo("1");
            assertThat(other.terminate()).isZero();
            assertThatThrownBy(() -> text(connection, "SELECT 1"))
                    .satisfies(failure -> assertThat(sqlState(failure)).isEqualTo("57P01"));
        }
    }
}
