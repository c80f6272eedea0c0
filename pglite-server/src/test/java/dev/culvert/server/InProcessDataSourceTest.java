package dev.culvert.server;

import static dev.culvert.server.LocalFront.ask;
import static dev.culvert.server.LocalFront.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.sharing.QueueSharing;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.copy.CopyIn;

/** pgjdbc without a socket. */
@Timeout(120)
class InProcessDataSourceTest {
    private static LocalFront front;
    private static InProcessDataSource source;

    @BeforeAll
    static void start() {
        front =
                new LocalFront(settings ->
                        settings.withSharing(new QueueSharing(10), SessionTimeouts.DEFAULTS));
        source =
                new InProcessDataSource(
                        front.backend,
                        "postgres",
                        Map.of("ApplicationName", "test"),
                        front.observer());
    }

    @AfterAll
    static void stop() {
        source.close();
        front.close();
    }

    @Test
    void connections_come_and_go() throws SQLException {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = source.getConnection()) {
                assertThat(ask(connection, "SHOW application_name")).isEqualTo("test");
            }
        }
    }

    @Test
    void a_large_copy_goes_in_and_a_large_result_comes_out() throws Exception {
        byte[] line = ("x".repeat(9_999) + "\n").getBytes(StandardCharsets.US_ASCII);
        try (Connection connection = source.getConnection()) {
            run(connection, "CREATE TABLE large (a text)");
            CopyIn copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY large FROM STDIN");
            for (int i = 0; i < 2_000; i++) {
                copy.writeToCopy(line, 0, line.length);
            }
            assertThat(copy.endCopy()).isEqualTo(2_000);
            long sum = 0;
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT a FROM large")) {
                while (rows.next()) {
                    sum += rows.getString(1).length();
                }
            }
            assertThat(sum).isEqualTo(19_998_000);
            run(connection, "DROP TABLE large");
        }
    }

    @Test
    void a_statement_is_cancelled_over_a_connection_of_its_own() throws Exception {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Void> cancel =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    statement.cancel();
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));

            assertThatThrownBy(() ->
                            statement.execute(
                                    "SELECT count(*) FROM generate_series(1, 1e12::int8)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("57014"));
            cancel.join();
        }
    }

    @Test
    void a_wait_for_notifications_times_out_and_is_answered() throws Exception {
        try (Connection connection = source.getConnection()) {
            run(connection, "LISTEN here");
            PGConnection notified = connection.unwrap(PGConnection.class);
            assertThat(notified.getNotifications(50)).isEmpty();

            new OwnSql(front.database).run("NOTIFY here, 'now'");

            PGNotification[] heard = notified.getNotifications(10_000);
            assertThat(heard).hasSize(1);
            assertThat(heard[0].getParameter()).isEqualTo("now");
        }
    }

    @Test
    void a_source_that_is_closed_gives_no_connections() {
        InProcessDataSource closed =
                new InProcessDataSource(front.backend, "postgres", Map.of(), front.observer());
        closed.close();

        assertThatThrownBy(() -> closed.getConnection().close()).isInstanceOf(SQLException.class);
    }
}
