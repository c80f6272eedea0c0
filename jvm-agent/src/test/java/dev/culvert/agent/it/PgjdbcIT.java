package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** pgjdbc against each agent. */
@ParameterizedClass
@EnumSource(Agent.Kind.class)
@SuppressWarnings("NullAway.Init") // before each invocation of the class
class PgjdbcIT {
    private static SharedDatabase database;

    PgjdbcIT(Agent.Kind agent) {
        // it is in the name of the class's invocation
    }

    @BeforeParameterizedClassInvocation
    static void share(Agent.Kind kind) throws Exception {
        database = SharedDatabase.start(kind);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        database.close();
    }

    @Test
    void parameters_and_types_go_both_ways() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT ?::int + 1, ?::text || '!', ?::bytea, ?::timestamp, NULL")) {
            // past prepareThreshold: a named statement, in binary
            for (int i = 0; i < 10; i++) {
                statement.setInt(1, i);
                statement.setString(2, "grüße");
                statement.setBytes(3, new byte[] {0, 1, (byte) 0xFF});
                statement.setObject(4, java.time.LocalDateTime.of(2026, 1, 2, 3, 4, 5));
                try (ResultSet result = statement.executeQuery()) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getInt(1)).isEqualTo(i + 1);
                    assertThat(result.getString(2)).isEqualTo("grüße!");
                    assertThat(result.getBytes(3)).containsExactly(0, 1, 0xFF);
                    assertThat(result.getObject(4, java.time.LocalDateTime.class))
                            .isEqualTo("2026-01-02T03:04:05");
                    assertThat(result.getObject(5)).isNull();
                }
            }
        }
    }

    @Test
    void a_value_of_20_MB_goes_both_ways() throws Exception {
        byte[] value = new byte[20_000_000];
        new java.util.Random(7).nextBytes(value);
        try (Connection connection = Jdbc.connect(database);
                PreparedStatement statement = connection.prepareStatement("SELECT ?::bytea")) {
            statement.setBytes(1, value);
            try (ResultSet result = statement.executeQuery()) {
                assertThat(result.next()).isTrue();
                assertThat(Arrays.equals(result.getBytes(1), value)).isTrue();
            }
        }
    }

    @Test
    void a_result_of_100_000_rows_comes_through_a_cursor() throws Exception {
        try (Connection connection = Jdbc.connect(database)) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT i FROM generate_series(1, 100000) i")) {
                statement.setFetchSize(1_000);
                try (ResultSet result = statement.executeQuery()) {
                    int expected = 0;
                    while (result.next()) {
                        assertThat(result.getInt(1)).isEqualTo(++expected);
                    }
                    assertThat(expected).isEqualTo(100_000);
                }
            }
        }
    }

    @Test
    void a_thousand_statements_in_one_pipeline() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement ddl = connection.createStatement()) {
            ddl.execute("CREATE TEMP TABLE piped(i int)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO piped VALUES (?)")) {
                for (int i = 0; i < 1_000; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(1_000).containsOnly(1);
            }
            try (ResultSet result = ddl.executeQuery("SELECT count(*), sum(i) FROM piped")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isEqualTo(1_000);
                assertThat(result.getInt(2)).isEqualTo(499_500);
            }
        }
    }

    @Test
    void an_error_inside_a_pipeline_undoes_it_and_the_session_goes_on() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE checked(i int CHECK (i <> 50))");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO checked VALUES (?)")) {
                for (int i = 0; i < 100; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch)
                        .isInstanceOfSatisfying(
                                BatchUpdateException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("23514"));
            }
            try (ResultSet result = statement.executeQuery("SELECT count(*) FROM checked")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isZero();
            }
        }
    }

    @Test
    void a_failed_transaction_is_rolled_back() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> statement.execute("SELECT 1/0"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("22012"));
            assertThatThrownBy(() -> statement.execute("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
            connection.rollback();
            assertThat(statement.execute("SELECT 1")).isTrue();
        }
    }

    @Test
    void a_wrong_password_is_28P01() {
        Properties properties = Jdbc.properties(database);
        properties.setProperty("password", "wrong");

        assertThatThrownBy(() -> Jdbc.connect(database, properties))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void a_second_client_is_53300() throws Exception {
        try (Connection first = Jdbc.connect(database)) {
            assertThat(first.isValid(5)).isTrue();
            assertThatThrownBy(() -> Jdbc.connect(database))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("53300"));
        }
    }

    @Test
    void notifications_come_to_who_listens() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            PGConnection listener = connection.unwrap(PGConnection.class);
            statement.execute("LISTEN news");
            statement.execute("NOTIFY other, 'not heard'");
            statement.execute("NOTIFY news, 'heard'");
            assertThat(listener.getNotifications())
                    .extracting(PGNotification::getName, PGNotification::getParameter)
                    .containsExactly(tuple("news", "heard"));
            connection.setAutoCommit(false);
            statement.execute("UNLISTEN news");
            connection.rollback();
            statement.execute("NOTIFY news, 'still'");
            connection.commit();
            assertThat(listener.getNotifications())
                    .extracting(PGNotification::getParameter)
                    .containsExactly("still");
        }
        try (Connection next = Jdbc.connect(database);
                Statement statement = next.createStatement()) {
            statement.execute("NOTIFY news, 'of the next'");
            assertThat(next.unwrap(PGConnection.class).getNotifications()).isEmpty();
        }
    }

    @Test
    void startup_parameters_of_pgjdbc_reach_the_database() throws Exception {
        Properties properties = Jdbc.properties(database);
        properties.setProperty("ApplicationName", "jdbc's own");
        properties.setProperty("currentSchema", "a,b");
        properties.setProperty("options", "-c statement_timeout=90000 -c TimeZone=Asia/Tokyo");
        try (Connection connection = Jdbc.connect(database, properties);
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT current_setting('application_name'),"
                                        + " current_setting('search_path'),"
                                        + " current_setting('statement_timeout'),"
                                        + " current_setting('client_encoding')")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getString(1)).isEqualTo("jdbc's own");
            assertThat(result.getString(2)).isEqualTo("a,b");
            assertThat(result.getString(3)).isEqualTo("90s");
            assertThat(result.getString(4)).isEqualTo("UTF8");
        }
        properties.setProperty("options", "-c statement_timeout=soon");
        assertThatThrownBy(() -> Jdbc.connect(database, properties))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"));
    }

    @Test
    void channel_binding_can_be_required() throws Exception {
        Properties properties = Jdbc.properties(database);
        properties.setProperty("channelBinding", "require");

        try (Connection connection = Jdbc.connect(database, properties)) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
