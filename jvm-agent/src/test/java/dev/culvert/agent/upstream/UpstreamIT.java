package dev.culvert.agent.upstream;

import static dev.culvert.agent.upstream.UpstreamServer.Sql.ask;
import static dev.culvert.agent.upstream.UpstreamServer.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/** Clients of a front whose backend is a Postgres server. */
class UpstreamIT {
    private static UpstreamServer server;

    @BeforeAll
    static void start() throws Exception {
        server = UpstreamServer.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static void assertSqlState(ThrowingCallable action, String state, String text) {
        assertThatThrownBy(action)
                .asInstanceOf(type(SQLException.class))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(text);
    }

    // login

    @ParameterizedTest
    @ValueSource(
            strings = {
                "scram sslmode=disable",
                "md5 sslmode=disable",
                "clear sslmode=disable",
                "scram sslmode=prefer",
                "tls sslmode=require",
                "tls sslmode=verify-ca",
                "tls sslmode=verify-full",
                "tls "
            })
    void the_agent_logs_in_by_itself(String login) throws Exception {
        String[] parts = login.split(" ", 2);
        boolean verified = parts[1].contains("verify");
        String parameters = parts[1] + (verified ? "&sslrootcert=" + server.caFile() : "");
        try (UpstreamFront front = new UpstreamFront(server.url(parts[0], parameters));
                Connection client = front.connect()) {
            assertThat(ask(client, "SELECT current_user")).isEqualTo(parts[0]);
            assertThat(ask(client, "SELECT current_database()")).isEqualTo("shared");
            assertThat(ask(client, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                    .isEqualTo(parts[1].contains("disable") ? "f" : "t");
            assertThat(front.backend.probe().await()).startsWith("18.");
        }
    }

    @Test
    void a_password_that_the_server_does_not_take_is_the_owners_trouble() {
        String url = server.url("scram", "").replace("pa%3A", "wrong");
        try (UpstreamFront front = new UpstreamFront(url)) {
            assertSqlState(front::connect, "57P03", "could not log in");
            // the user at the server is not the client's to know
            assertThatThrownBy(front::connect).hasMessageNotContaining("scram");
            assertThatThrownBy(() -> front.backend.probe().await())
                    .isInstanceOf(UpstreamException.class)
                    .hasMessageContaining("password authentication failed")
                    .hasMessageNotContaining("wrong");
        }
    }

    @Test
    void a_server_without_a_certificate_that_is_trusted_is_not_talked_to() {
        try (UpstreamFront front = new UpstreamFront(server.url("tls", "sslmode=verify-full"))) {
            assertSqlState(front::connect, "57P03", "cannot connect to its Postgres server");
        }
    }

    @Test
    void a_server_that_is_not_there_is_reported() {
        String url = server.url("scram", "").replace(":" + server.port(), ":1");
        try (UpstreamFront front = new UpstreamFront(url)) {
            assertSqlState(front::connect, "57P03", "cannot connect to its Postgres server");
            assertThatThrownBy(() -> front.backend.probe().await())
                    .isInstanceOf(UpstreamException.class)
                    .hasMessageContaining("localhost:1");
        }
    }

    @Test
    void what_the_server_has_against_the_clients_own_parameters_reaches_the_client() {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""))) {
            assertSqlState(
                    () -> front.connect("options", "-c work_mem=nonsense"), "22023", "work_mem");
        }
    }

    @Test
    void another_database_is_not_reached() {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""))) {
            assertSqlState(() -> front.connectTo("postgres"), "3D000", "postgres");
        }
    }

    // sessions

    @Test
    void parameters_of_the_start_are_the_servers_to_apply() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client =
                        front.connect("ApplicationName", "it", "options", "-c work_mem=3MB")) {
            assertThat(ask(client, "SHOW application_name")).isEqualTo("it");
            assertThat(ask(client, "SHOW work_mem")).isEqualTo("3MB");
        }
    }

    @Test
    void statements_of_every_kind_are_answered() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect("prepareThreshold", "1")) {
            run(client, "CREATE TEMP TABLE t (i int PRIMARY KEY, s text)");
            try (PreparedStatement insert =
                    client.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
                for (int i = 0; i < 1_000; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "s".repeat(i));
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(1_000);
                insert.setInt(1, 7);
                insert.setString(2, "twice");
                insert.addBatch();
                assertThatThrownBy(insert::executeBatch).isInstanceOf(BatchUpdateException.class);
            }
            client.setAutoCommit(false);
            try (Statement select = client.createStatement()) {
                select.setFetchSize(10);
                int rows = 0;
                try (ResultSet result = select.executeQuery("SELECT * FROM t")) {
                    while (result.next()) {
                        rows++;
                    }
                }
                assertThat(rows).isEqualTo(1_000);
            }
            assertSqlState(() -> run(client, "SELECT 1/0"), "22012", "division by zero");
            assertSqlState(() -> run(client, "SELECT 1"), "25P02", "aborted");
            client.rollback();
            assertThat(ask(client, "SELECT sum(length(s)) FROM t")).isEqualTo("499500");
        }
    }

    @Test
    void data_is_copied_in_and_out() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            rows.append(i).append("\tline ").append(i).append(" of a copy\n");
        }
        byte[] data = rows.toString().getBytes(StandardCharsets.US_ASCII);
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect()) {
            run(client, "CREATE TEMP TABLE t (i int PRIMARY KEY, s text)");
            CopyManager copies = client.unwrap(PGConnection.class).getCopyAPI();
            assertThat(copies.copyIn("COPY t FROM STDIN", new ByteArrayInputStream(data)))
                    .isEqualTo(100_000);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            copies.copyOut("COPY (SELECT * FROM t ORDER BY i) TO STDOUT", out);
            assertThat(out.toByteArray()).isEqualTo(data);

            // fails with its first row, while the client is still sending
            assertSqlState(
                    () -> copies.copyIn("COPY t FROM STDIN", new ByteArrayInputStream(data)),
                    "23505",
                    "duplicate key");
            assertThat(ask(client, "SELECT count(*) FROM t")).isEqualTo("100000");
            CopyIn given = copies.copyIn("COPY t FROM STDIN");
            given.writeToCopy("1".getBytes(StandardCharsets.US_ASCII), 0, 1);
            given.cancelCopy();
            assertThat(ask(client, "SELECT count(*) FROM t")).isEqualTo("100000");
        }
    }

    @Test
    void a_running_statement_is_cancelled() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("tls", "sslmode=require"));
                Connection client = front.connect("ApplicationName", "cancelled");
                Statement statement = client.createStatement()) {
            CompletableFuture<Void> cancel =
                    CompletableFuture.runAsync(() -> {
                        awaitActivity("cancelled", "PgSleep");
                        try {
                            statement.cancel();
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertSqlState(
                    () -> statement.execute("SELECT pg_sleep(60)"), "57014", "canceling statement");
            cancel.get(10, TimeUnit.SECONDS);
            assertThat(ask(client, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void a_copy_that_waits_for_its_data_is_cancelled() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect("ApplicationName", "copy")) {
            run(client, "CREATE TEMP TABLE t (i int)");
            CopyManager copies = client.unwrap(PGConnection.class).getCopyAPI();
            CopyIn copy = copies.copyIn("COPY t FROM STDIN");
            writeRow(copy);
            awaitActivity("copy", "ClientRead");
            client.unwrap(PGConnection.class).cancelQuery();
            // A server acts on a cancel between two messages of a copy, and the cancel goes another
            // way than they do: the copy's end could overtake it.
            await().until(() -> {
                writeRow(copy);
                return activity("copy", "state = 'idle'").equals("1");
            });
            assertSqlState(copy::endCopy, "57014", "canceling statement");
            assertThat(ask(client, "SELECT count(*) FROM t")).isEqualTo("0");
        }
    }

    private static void writeRow(CopyIn copy) throws SQLException {
        copy.writeToCopy("1\n".getBytes(StandardCharsets.US_ASCII), 0, 2);
        copy.flushCopy();
    }

    @Test
    void notifications_reach_a_client_that_is_idle() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect();
                Connection other =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:"
                                        + server.port()
                                        + "/shared?user=postgres&sslmode=disable")) {
            run(client, "LISTEN news");
            run(other, "NOTIFY news, 'good'");
            PGNotification[] heard = client.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(heard).hasSize(1);
            assertThat(heard[0].getParameter()).isEqualTo("good");
        }
    }

    @Test
    void a_client_that_does_not_read_stalls_the_server() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect("ApplicationName", "slow")) {
            CopyManager copies = client.unwrap(PGConnection.class).getCopyAPI();
            SlowOutput out = new SlowOutput();
            copies.copyOut(
                    "COPY (SELECT repeat('x', 9999) FROM generate_series(1, 5000)) TO STDOUT", out);
            assertThat(out.size).isEqualTo(50_000_000);
        }
    }

    /** Does not take any more until the server has noticed. */
    private static final class SlowOutput extends OutputStream {
        long size;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) {
            if (size == 0) {
                awaitActivity("slow", "ClientWrite");
            }
            size += bytes.length;
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            write(Arrays.copyOfRange(bytes, from, from + length));
        }
    }

    // ends

    @Test
    void the_end_of_a_session_is_the_end_at_the_server() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""))) {
            try (Connection client = front.connect("ApplicationName", "short")) {
                assertThat(sessions("short")).isEqualTo("1");
                run(client, "CREATE TABLE IF NOT EXISTS kept (i int)");
                client.setAutoCommit(false);
                run(client, "INSERT INTO kept VALUES (1)");
            }
            await().until(() -> sessions("short").equals("0"));
            try (Connection next = front.connect()) {
                assertThat(ask(next, "SELECT count(*) FROM kept")).isEqualTo("0");
            }
        }
    }

    @Test
    void why_the_server_ended_a_session_reaches_the_client() throws Exception {
        try (UpstreamFront front = new UpstreamFront(server.url("scram", ""));
                Connection client = front.connect("ApplicationName", "victim")) {
            String terminate =
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                            + " application_name = 'victim'";
            CompletableFuture<Void> end =
                    CompletableFuture.runAsync(() -> {
                        awaitActivity("victim", "PgSleep");
                        try {
                            server.run(terminate);
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertSqlState(
                    () -> run(client, "SELECT pg_sleep(60)"), "57P01", "administrator command");
            end.get(10, TimeUnit.SECONDS);
        }
    }

    private static String sessions(String application) throws SQLException {
        return server.ask(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                        + application
                        + "'");
    }

    /** Waits until the client's session at the server waits for something. */
    private static void awaitActivity(String application, String event) {
        await().until(() -> activity(application, "wait_event = '" + event + "'").equals("1"));
    }

    private static String activity(String application, String condition) throws SQLException {
        return server.ask(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                        + application
                        + "' AND "
                        + condition);
    }
}
