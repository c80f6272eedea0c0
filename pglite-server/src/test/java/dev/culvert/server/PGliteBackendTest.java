package dev.culvert.server;

import static dev.culvert.server.LocalFront.ask;
import static dev.culvert.server.LocalFront.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.sharing.QueueSharing;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyIn;

/** Sessions on one PGlite, with pgjdbc. */
@Timeout(60)
class PGliteBackendTest {
    private static LocalFront front;

    @BeforeAll
    static void start() {
        front =
                new LocalFront(settings ->
                        settings.withSharing(new QueueSharing(10), SessionTimeouts.DEFAULTS));
    }

    @AfterAll
    static void stop() {
        front.close();
    }

    @Test
    void queries_of_both_protocols_errors_and_transactions() throws Exception {
        try (Connection connection = front.connect()) {
            run(connection, "CREATE TABLE things (id int PRIMARY KEY, name text)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO things VALUES (?, ?)")) {
                for (int i = 0; i < 100; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "Ding " + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(100);
            }
            assertState(() -> run(connection, "INSERT INTO things VALUES (1)"), "23505");
            assertState(() -> run(connection, "SELEKT"), "42601");
            connection.setAutoCommit(false);
            run(connection, "DELETE FROM things");
            assertState(() -> run(connection, "SELECT 1/0"), "22012");
            assertState(() -> run(connection, "SELECT 1"), "25P02");
            connection.rollback();
            assertThat(ask(connection, "SELECT count(*), max(name) FROM things")).isEqualTo("100");
        }
    }

    @Test
    void a_session_leaves_nothing_behind() throws Exception {
        Connection first = front.connect("ApplicationName", "first");
        assertThat(ask(first, "SHOW application_name")).isEqualTo("first");
        run(first, "CREATE TABLE IF NOT EXISTS kept (a int)");
        run(first, "CREATE TEMP TABLE scratch (a int); PREPARE p AS SELECT 1");
        run(first, "SELECT pg_advisory_lock(7)");
        run(first, "CREATE ROLE other; GRANT ALL ON SCHEMA public TO other");
        run(first, "GRANT ALL ON kept TO other; SET SESSION AUTHORIZATION other");
        run(first, "SET search_path TO nowhere; SET TIME ZONE 'Asia/Tokyo'; LISTEN news");
        first.setAutoCommit(false);
        run(first, "INSERT INTO public.kept VALUES (1)");
        first.abort(Runnable::run);

        try (Connection second = front.connect()) {
            assertThat(ask(second, "SELECT session_user")).isEqualTo("postgres");
            assertThat(ask(second, "SHOW search_path")).isEqualTo("public");
            assertThat(ask(second, "SHOW TIME ZONE")).isNotEqualTo("Asia/Tokyo");
            assertThat(ask(second, "SELECT count(*) FROM kept")).isEqualTo("0");
            assertThat(ask(second, "SELECT to_regclass('pg_temp.scratch')")).isNull();
            assertThat(ask(second, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                    .isEqualTo("0");
            assertThat(ask(second, "SELECT count(*) FROM pg_listening_channels()")).isEqualTo("0");
            assertThat(ask(second, "SELECT count(*) FROM pg_prepared_statements WHERE name = 'p'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void what_the_owner_has_set_up_survives_a_session() throws Exception {
        front.own("SELECT set_config('work_mem', '12345kB', false)");
        new OwnSql(front.database).run("LISTEN owners");
        new OwnSql(front.database).run("PREPARE owners AS SELECT 'prepared'");
        new OwnSql(front.database).run("CREATE TEMP TABLE owners AS SELECT 'temporary' AS t");
        try (Connection connection = front.connect()) {
            run(connection, "SET work_mem = '2MB'");
            run(connection, "UNLISTEN *");
            run(connection, "CREATE TEMP TABLE clients (a int)");
        }

        front.awaitEnd();
        // its turn comes when the session has been reset
        assertThat(front.own("SHOW work_mem")).isEqualTo("12345kB");
        assertThat(front.own("SELECT pg_listening_channels()")).isEqualTo("owners");
        assertThat(front.own("EXECUTE owners")).isEqualTo("prepared");
        assertThat(front.own("SELECT t FROM owners")).isEqualTo("temporary");
        assertThat(front.own("SELECT count(*) FROM pg_class WHERE relname = 'clients'"))
                .isEqualTo("0");
        new OwnSql(front.database).run("DISCARD ALL");
    }

    @Test
    void startup_parameters_are_applied_and_bad_ones_refused() throws Exception {
        try (Connection connection =
                front.connect("options", "-c statement_timeout=4321 -c work_mem=2MB")) {
            assertThat(ask(connection, "SHOW statement_timeout")).isEqualTo("4321ms");
            assertThat(ask(connection, "SHOW work_mem")).isEqualTo("2MB");
        }
        assertState(() -> front.connect("options", "-c work_mem=much").close(), "22023");
    }

    @Test
    void another_database_is_3D000() {
        assertState(() -> front.connectTo("elsewhere").close(), "3D000");
    }

    @Test
    void a_running_statement_is_cancelled_and_the_session_goes_on() throws Exception {
        try (Connection connection = front.connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> cancel =
                    CompletableFuture.runAsync(
                            () -> cancel(statement),
                            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));

            assertState(
                    () -> statement.execute("SELECT count(*) FROM generate_series(1, 1e12::int8)"),
                    "57014");

            cancel.join();
            assertThat(ask(connection, "SELECT 'on'")).isEqualTo("on");
        }
    }

    @Test
    void a_result_that_is_not_read_holds_few_bytes_and_a_cancel_ends_it() throws Exception {
        try (Connection connection = front.connect()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(10);
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT repeat('x', 10000) FROM generate_series(1, 100000)");
                for (int i = 0; i < 25; i++) {
                    assertThat(rows.next()).isTrue();
                }
            }
            connection.rollback();
            assertThat(ask(connection, "SELECT 'on'")).isEqualTo("on");
        }
    }

    @Test
    void a_large_result_comes_whole() throws Exception {
        try (Connection connection = front.connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT i, repeat('y', i % 100) FROM generate_series(1, 200000) i")) {
            long sum = 0;
            while (rows.next()) {
                sum += rows.getInt(1) + rows.getString(2).length();
            }
            assertThat(sum).isEqualTo(20_000_100_000L + 2_000L * 4_950);
        }
    }

    @Test
    void a_copy_streams_in_is_given_up_fails_and_is_cancelled() throws Exception {
        try (Connection connection = front.connect()) {
            run(connection, "CREATE TABLE copied (a int, b text)");
            CopyIn copy = copyIn(connection, "COPY copied FROM STDIN");
            byte[] lines = "1\tone\n2\ttwo\n".repeat(5_000).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 10; i++) {
                copy.writeToCopy(lines, 0, lines.length);
            }
            assertThat(copy.endCopy()).isEqualTo(100_000);

            CopyIn givenUp = copyIn(connection, "COPY copied FROM STDIN");
            givenUp.writeToCopy(lines, 0, lines.length);
            givenUp.cancelCopy();

            CopyIn wrong = copyIn(connection, "COPY copied FROM STDIN");
            byte[] bad = "x\ty\n".getBytes(StandardCharsets.UTF_8);
            wrong.writeToCopy(bad, 0, bad.length);
            wrong.writeToCopy(lines, 0, lines.length);
            assertState(wrong::endCopy, "22P02");

            CopyIn cancelled = copyIn(connection, "COPY copied FROM STDIN");
            cancelled.writeToCopy(lines, 0, lines.length);
            cancelled.flushCopy();
            connection.unwrap(PGConnection.class).cancelQuery();
            assertState(cancelled::endCopy, "57014");

            assertState(() -> copyIn(connection, "COPY missing FROM STDIN"), "42P01");
            assertThat(ask(connection, "SELECT count(*) FROM copied")).isEqualTo("100000");
        }
    }

    @Test
    void a_client_that_vanishes_in_a_copy_has_written_nothing() throws Exception {
        try (Connection connection = front.connect()) {
            run(connection, "CREATE TABLE vanished (a int)");
        }
        Connection gone = front.connect();
        CopyIn copy = copyIn(gone, "COPY vanished FROM STDIN");
        byte[] line = "1\n".getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
        copy.flushCopy();
        gone.abort(Runnable::run);

        try (Connection connection = front.connect()) {
            assertThat(ask(connection, "SELECT count(*) FROM vanished")).isEqualTo("0");
        }
    }

    @Test
    void the_owner_has_turns_between_batches_and_none_in_a_transaction() throws Exception {
        try (Connection connection = front.connect()) {
            run(connection, "CREATE TABLE owned (a int)");
            assertThat(front.own("SELECT count(*) FROM owned")).isEqualTo("0");
            connection.setAutoCommit(false);
            run(connection, "INSERT INTO owned VALUES (1)");
            CompletableFuture<String> owner =
                    CompletableFuture.supplyAsync(() -> front.own("SELECT count(*) FROM owned"));
            run(connection, "INSERT INTO owned VALUES (2)");
            assertThat(owner).isNotDone();

            connection.commit();

            assertThat(owner.get()).isEqualTo("2");
        }
    }

    @Test
    void a_client_waits_while_the_owner_is_in_a_transaction() throws Exception {
        try (Connection connection = front.connect()) {
            run(connection, "CREATE TABLE waited (a int)");
            new OwnSql(front.database).run("BEGIN; INSERT INTO waited VALUES (1)");
            CompletableFuture<String> client =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return ask(connection, "SELECT count(*) FROM waited");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            new OwnSql(front.database).run("INSERT INTO waited VALUES (2)");
            assertThat(client).isNotDone();

            new OwnSql(front.database).run("COMMIT");

            assertThat(client.get()).isEqualTo("2");
        }
    }

    @Test
    void notifications_of_the_owner_reach_an_idle_client_that_listens() throws Exception {
        try (Connection connection = front.connect()) {
            PGConnection notified = connection.unwrap(PGConnection.class);
            new OwnSql(front.database).run("NOTIFY news, 'too early'");
            run(connection, "LISTEN news");
            new OwnSql(front.database).run("NOTIFY news, 'from the owner'");

            PGNotification[] heard = notified.getNotifications(10_000);

            assertThat(heard).hasSize(1);
            assertThat(heard[0].getName()).isEqualTo("news");
            assertThat(heard[0].getParameter()).isEqualTo("from the owner");
        }
    }

    @Test
    void the_owners_listener_hears_what_a_client_notifies_and_the_client_does_not()
            throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        Runnable stop =
                front.database.onNotification(
                        (channel, payload) -> heard.complete(channel + "=" + payload));
        new OwnSql(front.database).run("LISTEN owners");
        try (Connection connection = front.connect()) {
            run(connection, "NOTIFY owners, 'from a client'");

            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("owners=from a client");
            assertThat(connection.unwrap(PGConnection.class).getNotifications(100)).isEmpty();
        } finally {
            stop.run();
            new OwnSql(front.database).run("UNLISTEN *");
        }
    }

    @Test
    void a_batch_that_is_too_large_is_54000() throws Exception {
        try (LocalFront small = new LocalFront(settings -> settings.withMaxBatch(100_000));
                Connection connection = small.connect()) {
            String large = "x".repeat(50_000);
            assertThat(ask(connection, "SELECT length('" + large + "')")).isEqualTo("50000");
            assertState(() -> ask(connection, "SELECT length('" + large + large + "')"), "54000");
            assertThat(small.endings.take().reason()).isEqualTo(Reason.BATCH_TOO_LARGE);
            try (Connection next = small.connect()) {
                assertThat(ask(next, "SELECT 'on'")).isEqualTo("on");
            }
        }
    }

    @Test
    void closing_the_backend_ends_a_session_in_a_transaction_and_keeps_the_database()
            throws Exception {
        try (LocalFront other = new LocalFront(settings -> settings)) {
            Connection connection = other.connect();
            run(connection, "CREATE TABLE t (a int)");
            connection.setAutoCommit(false);
            run(connection, "INSERT INTO t VALUES (1)");

            other.backend.close();

            assertState(() -> run(connection, "SELECT 1"), "57P01");
            assertThat(other.own("SELECT count(*) FROM t")).isEqualTo("0");
            assertState(() -> other.connect().close(), "57P01");
        }
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CopyIn copyIn(Connection connection, String sql) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    }

    private static void assertState(Executable action, String sqlState) {
        assertThatThrownBy(action::execute)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
    }
}
