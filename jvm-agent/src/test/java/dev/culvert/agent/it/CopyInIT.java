package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** COPY FROM STDIN by psql, pgbench and pgjdbc, against each agent. */
@ParameterizedClass
@EnumSource(Agent.Kind.class)
@SuppressWarnings("NullAway.Init") // before each invocation of the class
class CopyInIT {
    private static SharedDatabase database;

    private final Agent.Kind agent;

    CopyInIT(Agent.Kind agent) {
        this.agent = agent;
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
    void psql_copies_a_file(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("rows.csv");
        Files.writeString(
                file,
                IntStream.range(0, 50_000)
                        .mapToObj(i -> "%d,\"grüße; '%d'\"%n".formatted(i, i))
                        .collect(Collectors.joining()));

        Psql.Result result =
                database.psql()
                        .run(
                                "CREATE TABLE files (a int, b text)",
                                "BEGIN",
                                "\\copy files from '%s' with (format csv)".formatted(file),
                                "SELECT count(*), sum(a), max(b) FROM files",
                                "COMMIT");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("COPY 50000\n50000|1249975000|grüße; '9999'\nCOMMIT\n");
    }

    @Test
    void psql_tells_the_line_of_wrong_data(@TempDir Path directory) throws Exception {
        Path script = directory.resolve("wrong.sql");
        Files.writeString(
                script,
                "CREATE TABLE wrong (a int);\nCOPY wrong FROM STDIN;\n1\ntwo\n3\n\\.\nSELECT 'on';\n");

        Psql.Result result = database.psql().runFile(script);

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err())
                .contains("ERROR:  22P02: invalid input syntax for type integer: \"two\"")
                .contains("CONTEXT:  COPY wrong, line 2, column a: \"two\"");
        assertThat(database.psql().run("SELECT count(*) FROM wrong").out()).isEqualTo("0\n");
        assertThat(database.psql().run("COPY missing FROM STDIN").err()).contains("42P01");
    }

    @Test
    void psql_copies_in_the_middle_of_a_query(@TempDir Path directory) throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(input, "1\n2\n\\.\nx\n\\.\n");

        Psql.Result result =
                database.psql()
                        .runFrom(
                                input,
                                "CREATE TABLE one (a int); COPY one FROM STDIN;"
                                        + " CREATE TABLE two (a text); COPY two FROM STDIN;"
                                        + " SELECT (SELECT sum(a) FROM one), a FROM two");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).endsWith("COPY 1\n3|x\n");
    }

    @Test
    void psql_loads_a_dump() throws Exception {
        Path dump = SharedDatabase.root().resolve("jvm-agent/src/test/resources/dump.sql");

        Psql.Result result = database.psql().runFile(dump);

        assertThat(result.err()).isEmpty();
        assertThat(
                        database.psql()
                                .run(
                                        "SELECT count(*), max(total) FROM shop.orders",
                                        "SELECT name FROM shop.customers WHERE id = 2",
                                        "INSERT INTO shop.customers (name) VALUES ('next')"
                                                + " RETURNING id")
                                .out())
                .isEqualTo("200|1990.05\nO'Hara \\ Söhne\t& Co\n4\nINSERT 0 1\n");
    }

    @Test
    void pgbench_initializes_and_runs_its_script_in_every_protocol() {
        Psql.Result result = database.psql().tool("pgbench", "-i", "-s", "1");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(database.psql().run("SELECT count(*) FROM pgbench_accounts").out())
                .isEqualTo("100000\n");
        for (String protocol : List.of("simple", "extended", "prepared")) {
            Psql.Result run = database.psql().tool("pgbench", "-n", "-t", "50", "-M", protocol);
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .contains("TPC-B (sort of)")
                    .contains("query mode: " + protocol)
                    .contains("50/50");
        }
        assertThat(
                        database.psql()
                                .run(
                                        "SELECT count(*), (SELECT sum(abalance) FROM"
                                                + " pgbench_accounts) = sum(delta) FROM"
                                                + " pgbench_history")
                                .out())
                .isEqualTo("150|t\n");
    }

    @Test
    void pgjdbc_copies_100_MB() throws Exception {
        byte[] line = ("x".repeat(9_999) + "\n").getBytes(StandardCharsets.US_ASCII);
        try (Connection connection = Jdbc.connect(database)) {
            execute(connection, "CREATE TABLE large (a text)");
            CopyIn copy = copyIn(connection, "COPY large FROM STDIN");
            for (int i = 0; i < 10_000; i++) {
                copy.writeToCopy(line, 0, line.length);
            }
            assertThat(copy.endCopy()).isEqualTo(10_000);
            assertThat(ask(connection, "SELECT sum(length(a)) FROM large")).isEqualTo("99990000");
            execute(connection, "DROP TABLE large");
        }
    }

    @Test
    void pgjdbc_gives_a_copy_up_and_goes_on() throws Exception {
        try (Connection connection = Jdbc.connect(database)) {
            execute(connection, "CREATE TABLE given_up (a int)");
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO given_up VALUES (1)");
            CopyIn copy = copyIn(connection, "COPY given_up FROM STDIN");
            write(copy, "2\n");
            copy.cancelCopy();
            assertSqlState(() -> ask(connection, "SELECT 1"), "25P02");
            connection.rollback();
            assertSqlState(() -> copyIn(connection, "COPY missing FROM STDIN"), "42P01");
            connection.rollback();
            CopyIn wrong = copyIn(connection, "COPY given_up FROM STDIN");
            write(wrong, "two\n");
            assertSqlState(wrong::endCopy, "22P02");
            connection.rollback();
            CopyIn right = copyIn(connection, "COPY given_up FROM STDIN (FORMAT csv)");
            write(right, "7\n8\n");
            assertThat(right.endCopy()).isEqualTo(2);
            connection.commit();
            assertThat(ask(connection, "SELECT string_agg(a::text, ',') FROM given_up"))
                    .isEqualTo("7,8");
        }
    }

    @Test
    void a_copy_is_cancelled_while_the_client_sends() throws Exception {
        assumeTrue(
                agent != Agent.Kind.UPSTREAM,
                "a server hears of a cancel some time later, on another connection");
        try (Connection connection = Jdbc.connect(database)) {
            execute(connection, "CREATE TABLE cancelled (a int)");
            CopyIn copy = copyIn(connection, "COPY cancelled FROM STDIN");
            write(copy, "1\n");
            copy.flushCopy();
            connection.unwrap(PGConnection.class).cancelQuery();
            assertSqlState(copy::endCopy, "57014");
            assertThat(ask(connection, "SELECT count(*) FROM cancelled")).isEqualTo("0");
        }
    }

    @Test
    void a_client_that_vanishes_has_written_nothing() throws Exception {
        try (Connection connection = Jdbc.connect(database)) {
            execute(connection, "CREATE TABLE vanished (a int)");
        }
        Connection gone = Jdbc.connect(database);
        gone.setAutoCommit(false);
        execute(gone, "INSERT INTO vanished VALUES (1)");
        CopyIn copy = copyIn(gone, "COPY vanished FROM STDIN");
        write(copy, "2\n3");
        copy.flushCopy();
        gone.abort(Runnable::run);

        assertThat(database.psql().run("SELECT count(*) FROM vanished").out()).isEqualTo("0\n");
    }

    private interface Action {
        void run() throws SQLException, IOException;
    }

    private static void assertSqlState(Action action, String sqlState) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
    }

    private static CopyIn copyIn(Connection connection, String sql) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    }

    private static void write(CopyIn copy, String text) throws SQLException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
