package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PGobject;

/** Types, large objects and what else pgjdbc knows of a Postgres, against a PGlite. */
class PgjdbcTypesIT {
    private static SharedDatabase database;

    @BeforeAll
    static void share() throws Exception {
        database = SharedDatabase.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    /** In binary from the first time on, and in text. */
    @ParameterizedTest
    @ValueSource(strings = {"-1", "5"})
    void values_come_back_as_they_were(String threshold) throws Exception {
        Properties properties = Jdbc.properties(database);
        properties.setProperty("prepareThreshold", threshold);
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("int2", (short) -32_768);
        values.put("int4", Integer.MIN_VALUE);
        values.put("int8", Long.MIN_VALUE);
        values.put("float4", 1.5f);
        values.put("float8", Double.NEGATIVE_INFINITY);
        values.put("numeric", new BigDecimal("-12345678901234567890.0123456789"));
        values.put("bool", true);
        values.put("text", "grüße \u0001 \ud83d\ude00 ' \" \\");
        values.put("uuid", UUID.fromString("12345678-9abc-def0-1234-56789abcdef0"));
        values.put("date", LocalDate.of(-43, 3, 15));
        values.put("time", LocalTime.of(23, 59, 59, 123_456_000));
        values.put("timestamp", LocalDateTime.of(1582, 10, 4, 0, 0, 0, 1_000));
        values.put("timestamptz", OffsetDateTime.parse("2026-03-29T01:30:00Z"));
        values.put("interval", new PGInterval(1, 2, 3, 4, 5, 6.789));
        try (Connection connection = Jdbc.connect(database, properties)) {
            for (Map.Entry<String, Object> value : values.entrySet()) {
                try (PreparedStatement echo =
                        connection.prepareStatement("SELECT ?::" + value.getKey())) {
                    echo.setObject(1, value.getValue());
                    try (ResultSet result = echo.executeQuery()) {
                        assertThat(result.next()).isTrue();
                        assertThat(result.getObject(1, value.getValue().getClass()))
                                .as(value.getKey())
                                .isEqualTo(value.getValue());
                    }
                }
            }
            for (String text : List.of("jsonb {\"a\": [1, null]}", "int4range [3,8)", "inet ::1")) {
                PGobject object = new PGobject();
                object.setType(text.substring(0, text.indexOf(' ')));
                object.setValue(text.substring(text.indexOf(' ') + 1));
                try (PreparedStatement echo = connection.prepareStatement("SELECT ?")) {
                    echo.setObject(1, object);
                    try (ResultSet result = echo.executeQuery()) {
                        assertThat(result.next()).isTrue();
                        assertThat(result.getString(1)).isEqualTo(object.getValue());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "5"})
    void arrays_come_back_as_they_were(String threshold) throws Exception {
        Properties properties = Jdbc.properties(database);
        properties.setProperty("prepareThreshold", threshold);
        Map<String, Object[]> arrays = new LinkedHashMap<>();
        arrays.put("int4", new Integer[] {1, null, Integer.MAX_VALUE});
        arrays.put("int8", new Long[] {});
        arrays.put("text", new String[] {"", "NULL", null, "a,b", "{}", "\\\"", "grüße"});
        arrays.put("float8", new Double[] {Double.MAX_VALUE, null, -0.5});
        arrays.put("bool", new Boolean[] {true, false, null});
        arrays.put("numeric", new BigDecimal[] {new BigDecimal("0.10"), null});
        arrays.put("bytea", new byte[][] {{0, -1}, null, {}});
        arrays.put("int2", new Short[][] {{1, 2}, {3, null}});
        try (Connection connection = Jdbc.connect(database, properties)) {
            for (Map.Entry<String, Object[]> array : arrays.entrySet()) {
                try (PreparedStatement echo =
                        connection.prepareStatement("SELECT ?::" + array.getKey() + "[]")) {
                    Array sent = connection.createArrayOf(array.getKey(), array.getValue());
                    echo.setArray(1, sent);
                    try (ResultSet result = echo.executeQuery()) {
                        assertThat(result.next()).isTrue();
                        Object[] back = (Object[]) result.getArray(1).getArray();
                        assertThat(Arrays.deepEquals(back, array.getValue()))
                                .as(array.getKey() + " " + Arrays.deepToString(back))
                                .isTrue();
                    }
                }
            }
        }
    }

    /** By way of FunctionCall, the protocol's fast path. */
    @Test
    void large_objects_are_written_read_cut_and_rolled_back() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(11).nextBytes(content);
        try (Connection connection = Jdbc.connect(database)) {
            connection.setAutoCommit(false);
            LargeObjectManager manager = connection.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = manager.createLO(LargeObjectManager.READWRITE);
            try (LargeObject object = manager.open(oid, LargeObjectManager.WRITE)) {
                object.write(content);
                object.seek64(1_000_000, LargeObject.SEEK_SET);
                object.write("in the middle".getBytes(StandardCharsets.US_ASCII));
                assertThat(object.tell64()).isEqualTo(1_000_013);
            }
            connection.commit();
            System.arraycopy(
                    "in the middle".getBytes(StandardCharsets.US_ASCII), 0, content, 1_000_000, 13);

            try (LargeObject object = manager.open(oid, LargeObjectManager.READ)) {
                assertThat(object.size64()).isEqualTo(content.length);
                assertThat(Arrays.equals(object.getInputStream().readAllBytes(), content)).isTrue();
                object.seek64(-5, LargeObject.SEEK_END);
                assertThat(object.read(100))
                        .containsExactly(
                                Arrays.copyOfRange(content, content.length - 5, content.length));
            }
            try (LargeObject object = manager.open(oid, LargeObjectManager.READWRITE)) {
                object.truncate64(10);
                assertThat(object.size64()).isEqualTo(10);
            }
            connection.rollback();
            try (LargeObject object = manager.open(oid, LargeObjectManager.READ)) {
                assertThat(object.size64()).isEqualTo(content.length);
            }
            manager.unlink(oid);
            connection.commit();
            assertThatThrownBy(() -> manager.open(oid, LargeObjectManager.READ))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("42704"));
            connection.rollback();
        }
    }

    @Test
    void functions_give_values_and_cursors() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(
                    """
                    CREATE FUNCTION twice(a int, OUT b int, OUT c text) LANGUAGE sql
                      AS 'SELECT 2 * a, a || ''!''';
                    CREATE FUNCTION numbers(c refcursor) RETURNS refcursor LANGUAGE plpgsql
                      AS $$ BEGIN OPEN c FOR SELECT i FROM generate_series(1, 250) i; RETURN c; END $$;
                    CREATE PROCEDURE add_one(INOUT a int) LANGUAGE plpgsql
                      AS $$ BEGIN a := a + 1; RAISE NOTICE 'added'; END $$;
                    """);
            try (CallableStatement twice = connection.prepareCall("{call twice(?, ?, ?)}")) {
                twice.setInt(1, 21);
                twice.registerOutParameter(2, Types.INTEGER);
                twice.registerOutParameter(3, Types.VARCHAR);
                twice.execute();
                assertThat(twice.getInt(2)).isEqualTo(42);
                assertThat(twice.getString(3)).isEqualTo("21!");
            }
            try (CallableStatement numbers = connection.prepareCall("{? = call numbers('mine')}")) {
                numbers.registerOutParameter(1, Types.REF_CURSOR);
                numbers.execute();
                try (ResultSet rows = (ResultSet) numbers.getObject(1)) {
                    int expected = 0;
                    while (rows.next()) {
                        assertThat(rows.getInt(1)).isEqualTo(++expected);
                    }
                    assertThat(expected).isEqualTo(250);
                }
            }
            try (PreparedStatement call = connection.prepareStatement("CALL add_one(?)")) {
                call.setInt(1, 41);
                try (ResultSet result = call.executeQuery()) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getInt(1)).isEqualTo(42);
                }
                assertThat(call.getWarnings().getMessage()).isEqualTo("added");
            }
            connection.rollback();
        }
    }

    @Test
    void savepoints_nest() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TEMP TABLE saved (a int UNIQUE)");
            statement.execute("INSERT INTO saved VALUES (1)");
            Savepoint outer = connection.setSavepoint("outer");
            statement.execute("INSERT INTO saved VALUES (2)");
            Savepoint inner = connection.setSavepoint();
            assertThatThrownBy(() -> statement.execute("INSERT INTO saved VALUES (2)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("23505"));
            connection.rollback(inner);
            statement.execute("INSERT INTO saved VALUES (3)");
            connection.rollback(outer);
            statement.execute("INSERT INTO saved VALUES (4)");
            connection.commit();
            try (ResultSet result =
                    statement.executeQuery("SELECT array_agg(a ORDER BY a) FROM saved")) {
                assertThat(result.next()).isTrue();
                assertThat((Object[]) result.getArray(1).getArray()).containsExactly(1, 4);
            }
        }
    }

    /** What a tool shows of a database: long catalogue queries. */
    @Test
    void metadata_describe_the_tables() throws Exception {
        try (Connection connection = Jdbc.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE described (a int PRIMARY KEY, b text NOT NULL, c numeric(10, 2))");
            List<String> columns = new ArrayList<>();
            try (ResultSet result =
                    connection.getMetaData().getColumns(null, "public", "described", "%")) {
                while (result.next()) {
                    columns.add(
                            result.getString("COLUMN_NAME")
                                    + " "
                                    + result.getString("TYPE_NAME")
                                    + " "
                                    + result.getString("IS_NULLABLE"));
                }
            }
            assertThat(columns).containsExactly("a int4 NO", "b text NO", "c numeric YES");
            try (ResultSet keys =
                    connection.getMetaData().getPrimaryKeys(null, "public", "described")) {
                assertThat(keys.next()).isTrue();
                assertThat(keys.getString("COLUMN_NAME")).isEqualTo("a");
            }
            statement.execute("DROP TABLE described");
        }
    }
}
