package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Debian's psql against each agent. */
@ParameterizedClass
@EnumSource(Agent.Kind.class)
@SuppressWarnings("NullAway.Init") // before each invocation of the class
class PsqlIT {
    private static SharedDatabase database;

    private final Agent.Kind agent;

    PsqlIT(Agent.Kind agent) {
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
    void sees_the_version_of_the_database_itself() {
        Psql.Result result = database.psql().run("SELECT version()", "SHOW server_version");

        assertThat(result.err()).isEmpty();
        assertThat(result.out().contains("PGlite")).isEqualTo(agent != Agent.Kind.UPSTREAM);
        String reported = database.psql().run("\\echo :SERVER_VERSION_NAME").out().strip();
        assertThat(result.out()).endsWith(reported + "\n");
    }

    @Test
    void startup_parameters_reach_the_database() {
        Psql.Result result =
                database.psql()
                        .with("application_name", "it's \\ me")
                        .with("options", "-c search_path=a,b -c DateStyle=German")
                        .with("client_encoding", "LATIN1")
                        .run(
                                "SHOW application_name",
                                "SHOW search_path",
                                "SHOW DateStyle",
                                "\\encoding");

        assertThat(result.out()).isEqualTo("it's \\ me\na,b\nGerman, DMY\nLATIN1\n");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void a_bad_startup_parameter_is_refused_as_postgres_refuses_it() {
        Psql.Result result = database.psql().with("options", "-c DateStyle=foo").run("SELECT 1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("FATAL:  invalid value for parameter \"DateStyle\"");
    }

    @Test
    void another_database_does_not_exist_and_the_one_there_is_is_named() {
        Psql.Result result = database.psql().with("dbname", "nowhere").run("SELECT 1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("FATAL:  database \"nowhere\" does not exist")
                .contains("HINT:  Connect to the database \"postgres\".");
        assertThat(database.psql().run("SELECT 'free'").out()).isEqualTo("free\n");
    }

    @Test
    void a_client_listens_and_hears_itself() {
        Psql.Result result =
                database.psql()
                        .run(
                                "LISTEN news",
                                "NOTIFY news, 'first'; NOTIFY other, 'not heard'",
                                "UNLISTEN news; NOTIFY news, 'no more'",
                                "LISTEN \"News\"; SELECT pg_notify('News', 'second')",
                                "DISCARD ALL",
                                "NOTIFY \"News\", 'no more'");

        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines())
                .filteredOn(line -> line.startsWith("Asynchronous"))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"news\" with payload \"first\""),
                        line -> assertThat(line).contains("\"News\" with payload \"second\""));
    }

    @Test
    void startup_parameters_do_not_reach_the_next_session() {
        database.psql().with("options", "-c search_path=a,b").run("SET DateStyle=German");

        Psql.Result next = database.psql().run("SHOW search_path", "SHOW DateStyle");

        assertThat(next.out()).isEqualTo("public\nISO, MDY\n");
    }

    @Test
    void an_error_leaves_the_session_usable() {
        Psql.Result result =
                database.psql()
                        .with("options", "-c client_min_messages=error")
                        .run("\\set ON_ERROR_STOP 0", "SELECT 1/0", "SELECT 42");

        assertThat(result.err()).contains("22012").contains("division by zero");
        assertThat(result.out()).isEqualTo("42\n");
    }

    @Test
    void a_value_of_20_MB_comes_whole() {
        Psql.Result result =
                database.psql()
                        .run(
                                "SELECT string_agg(md5(i::text), '') FROM generate_series(1, 625000) i");

        assertThat(result.err()).isEmpty();
        String expected =
                IntStream.rangeClosed(1, 625_000)
                        .mapToObj(i -> Digests.md5(Integer.toString(i)))
                        .collect(Collectors.joining());
        assertThat(result.out().strip().equals(expected)).isTrue();
    }

    @Test
    void a_value_of_20_MB_goes_whole(@TempDir Path directory) throws Exception {
        String value =
                IntStream.rangeClosed(1, 625_000)
                        .mapToObj(i -> Digests.md5(Integer.toString(i)))
                        .collect(Collectors.joining());
        Path file = directory.resolve("large.sql");
        Files.writeString(file, "SELECT length(v), md5(v) FROM (SELECT '" + value + "' AS v) t;");

        Psql.Result result = database.psql().runFile(file);

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("20000000|" + Digests.md5(value) + "\n");
    }

    @Test
    void a_result_of_100_000_rows_comes_in_order() {
        Psql.Result result =
                database.psql()
                        .run("SELECT i, repeat('x', i % 50) FROM generate_series(1, 100000) i");

        String expected =
                IntStream.rangeClosed(1, 100_000)
                        .mapToObj(i -> i + "|" + "x".repeat(i % 50) + "\n")
                        .collect(Collectors.joining());
        assertThat(result.out().equals(expected)).isTrue();
    }

    @Test
    void a_wrong_password_is_28P01() {
        Psql.Result result = database.psql().with("password", "wrong").run("SELECT 1");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("FATAL:  password authentication failed for user \"postgres\"");
    }

    @Test
    void an_unknown_user_gets_the_same_text() {
        Psql.Result result = database.psql().with("user", "nobody").run("SELECT 1");

        assertThat(result.err())
                .contains("FATAL:  password authentication failed for user \"nobody\"");
    }

    @Test
    void an_unknown_tunnel_is_named() {
        Psql.Result result =
                database.psql()
                        .with("host", "nobody-there." + SharedDatabase.DOMAIN)
                        .run("SELECT 1");

        assertThat(result.err())
                .contains(
                        "FATAL:  no database is shared under the name \"nobody-there\" at the"
                                + " moment");
    }

    @Test
    void a_client_without_TLS_is_told_to_use_it() {
        Psql.Result result = database.psql().with("sslmode", "disable").run("SELECT 1");

        assertThat(result.err()).contains("accepts TLS connections only").contains("HINT:");
    }

    @Test
    void channel_binding_works() {
        Psql.Result result = database.psql().with("channel_binding", "require").run("SELECT 1");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("1\n");
    }

    @Test
    void a_second_client_is_told_who_has_the_database() throws Exception {
        Process first = database.psql().start();
        try (Writer in = first.outputWriter();
                BufferedReader out = first.inputReader()) {
            in.write("SELECT 'here';\n");
            in.flush();
            assertThat(out.readLine()).isEqualTo("here");

            Psql.Result second = database.psql().run("SELECT 1");

            assertThat(second.err())
                    .contains("has a client already")
                    .contains("DETAIL:  Session")
                    .contains("HINT:");
        }
        assertThat(first.waitFor()).isZero();
        assertThat(database.psql().run("SELECT 'free again'").out()).isEqualTo("free again\n");
    }

    @Test
    void a_client_killed_in_a_transaction_leaves_a_clean_database() throws Exception {
        database.psql().run("CREATE TABLE IF NOT EXISTS kept(v text)", "DELETE FROM kept");
        Process victim = database.psql().start();
        try (Writer in = victim.outputWriter();
                BufferedReader out = victim.inputReader()) {
            in.write("BEGIN; INSERT INTO kept VALUES ('gone'); CREATE TEMP TABLE t(i int);");
            in.write("PREPARE p AS SELECT 1; SET application_name = 'victim'; SELECT 'ready';\n");
            in.flush();
            String line = out.readLine();
            while (line != null && !line.equals("ready")) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo("ready");
            victim.destroyForcibly().waitFor();
        }

        Psql.Result next =
                database.psql()
                        .run(
                                "SELECT count(*) FROM kept",
                                "SELECT count(*) FROM pg_prepared_statements",
                                "SELECT to_regclass('pg_temp.t') IS NULL",
                                "SHOW application_name");

        assertThat(next.err()).isEmpty();
        assertThat(next.out()).isEqualTo("0\n0\nt\npsql\n");
    }
}
