package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same work with each setting of pgjdbc that changes what it sends, and when it reads. */
class PgjdbcSettingsIT {
    private static final int ROWS = 600;

    private static SharedDatabase database;

    @BeforeAll
    static void share() throws Exception {
        database = SharedDatabase.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prepareThreshold=0",
                "prepareThreshold=1 preparedStatementCacheQueries=1",
                "prepareThreshold=5 autosave=always",
                "prepareThreshold=-1",
                "preferQueryMode=simple",
                "preferQueryMode=extended autosave=conservative",
                "preferQueryMode=extendedForPrepared stringtype=unspecified",
                "preferQueryMode=extendedCacheEverything",
                "binaryTransfer=false prepareThreshold=1 defaultRowFetchSize=7",
                "reWriteBatchedInserts=true sendBufferSize=2048",
                "sendBufferSize=1000000 receiveBufferSize=20000",
                "defaultRowFetchSize=10 adaptiveFetch=true maxResultBuffer=10M"
            })
    void everything_works_with(String settings) throws Exception {
        Properties properties = Jdbc.properties(database);
        for (String setting : settings.split(" ", -1)) {
            properties.setProperty(
                    setting.substring(0, setting.indexOf('=')),
                    setting.substring(setting.indexOf('=') + 1));
        }
        try (Connection connection = Jdbc.connect(database, properties);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TEMP TABLE work (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                            + " n int NOT NULL, words text[], payload bytea)");
            insertInBatches(connection);
            keysAreTold(connection);
            rowsComeByFetchSize(connection);
            aFailedStatementIsForgotten(
                    connection, properties.getProperty("autosave", "").equals("always"));
            theTablesShapeMayChange(connection);
        }
    }

    private static void insertInBatches(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO work (n, words, payload) VALUES (?, ?, ?)")) {
            for (int i = 0; i < ROWS; i++) {
                insert.setInt(1, i);
                insert.setArray(
                        2, connection.createArrayOf("text", new String[] {"\"" + i, null, "{,}"}));
                insert.setBytes(3, payload(i));
                insert.addBatch();
            }
            // of a rewritten batch, it is known that rows went in, and not how many for each
            assertThat(insert.executeBatch())
                    .hasSize(ROWS)
                    .containsAnyOf(1, Statement.SUCCESS_NO_INFO);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void keysAreTold(Connection connection) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO work (n) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 100; i++) {
                insert.setInt(1, -1);
                insert.addBatch();
            }
            insert.executeBatch();
            List<Integer> keys = new ArrayList<>();
            try (ResultSet generated = insert.getGeneratedKeys()) {
                while (generated.next()) {
                    keys.add(generated.getInt("id"));
                }
            }
            assertThat(keys)
                    .isEqualTo(IntStream.rangeClosed(ROWS + 1, ROWS + 100).boxed().toList());
        }
    }

    private static void rowsComeByFetchSize(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT n, words, payload FROM work WHERE n >= ? ORDER BY n")) {
            for (int fetchSize : new int[] {0, 1, 100, ROWS, 2 * ROWS}) {
                int first = fetchSize == 1 ? ROWS - 20 : 0;
                select.setFetchSize(fetchSize);
                select.setInt(1, first);
                int expected = first;
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        assertThat(rows.getInt(1)).isEqualTo(expected);
                        assertThat((Object[]) rows.getArray(2).getArray())
                                .containsExactly("\"" + expected, null, "{,}");
                        assertThat(Arrays.equals(rows.getBytes(3), payload(expected))).isTrue();
                        expected++;
                    }
                }
                assertThat(expected).isEqualTo(ROWS);
            }
            // left in the middle: the portal goes with the statement
            select.setFetchSize(10);
            select.setInt(1, 0);
            try (ResultSet rows = select.executeQuery()) {
                assertThat(rows.next()).isTrue();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void aFailedStatementIsForgotten(Connection connection, boolean saved)
            throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO work (n) VALUES (-2)");
            assertSqlState(() -> statement.execute("INSERT INTO work (n) VALUES (NULL)"), "23502");
            if (saved) {
                assertThat(statement.execute("SELECT 1")).isTrue();
            } else {
                assertSqlState(() -> statement.execute("SELECT 1"), "25P02");
            }
            connection.rollback();
            assertThat(count(statement, "SELECT count(*) FROM work WHERE n = -2")).isZero();
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    /** A plan that is prepared says so, and pgjdbc prepares it again. */
    private static void theTablesShapeMayChange(Connection connection) throws SQLException {
        try (PreparedStatement all = connection.prepareStatement("SELECT * FROM work WHERE n = ?");
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 20; i++) {
                if (i == 10) {
                    statement.execute("ALTER TABLE work ADD COLUMN more text DEFAULT 'more'");
                }
                all.setInt(1, i);
                try (ResultSet row = all.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getMetaData().getColumnCount()).isEqualTo(i < 10 ? 4 : 5);
                    assertThat(row.getInt("n")).isEqualTo(i);
                }
            }
            assertThat(statement.executeUpdate("DELETE FROM work WHERE n >= 0")).isEqualTo(ROWS);
        }
    }

    private static byte[] payload(int i) {
        byte[] bytes = new byte[i % 700];
        Arrays.fill(bytes, (byte) i);
        return bytes;
    }

    private static int count(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getInt(1);
        }
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static void assertSqlState(Action action, String sqlState) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
    }
}
