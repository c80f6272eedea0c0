package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert serve} as a process. */
@Timeout(180)
class ServeIT {
    @TempDir private Path temporary;

    @Test
    void prints_lines_that_work_and_closes_the_database_with_Ctrl_C() throws Exception {
        Path folder = temporary.resolve("data");
        Process serve = start("--db", folder.toString(), "--port", "0");
        try (BufferedReader out = serve.inputReader()) {
            List<String> greeting = readUntil(out, "Ctrl-C stops it.");

            assertThat(
                            shell(
                                    after(greeting, "psql")
                                            + " -X -A -t -c 'CREATE TABLE t AS SELECT 42 AS a'"))
                    .isEqualTo("SELECT 1\n");
            assertThat(shell("psql '" + after(greeting, "URL") + "' -X -A -t -c 'TABLE t'"))
                    .isEqualTo("42\n");
            try (Connection jdbc = DriverManager.getConnection(after(greeting, "JDBC"))) {
                assertThat(jdbc.isValid(5)).isTrue();
            }
            assertThat(
                            shell(
                                    "psql '"
                                            + after(greeting, "URL")
                                                    .replaceFirst(":[^:@]+@", ":wrong@")
                                            + "' -X -c 'SELECT 1' 2>&1 || true"))
                    .contains("password authentication failed");

            interrupt(serve);
        } finally {
            serve.destroyForcibly();
        }
        // a clean shutdown, as the control file tells
        Result next =
                run(
                        "--db",
                        folder.toString(),
                        "--port",
                        "0",
                        "--run",
                        "psql -X -A -t -c 'TABLE t'");
        assertThat(next.out()).isEqualTo("42\n");
        assertThat(next.exitCode()).isZero();
    }

    @Test
    void a_command_finds_the_database_in_its_environment_and_its_exit_code_is_passed_on()
            throws Exception {
        Result result =
                run(
                        "--port",
                        "0",
                        "--run",
                        "psql -X -A -t -c 'SELECT 6 * 7' && psql \"$DATABASE_URL\" -X -A -t"
                                + " -c \"SELECT '$PGHOST $PGUSER $PGDATABASE'\"; exit 23");

        assertThat(result.out()).isEqualTo("42\n127.0.0.1 postgres postgres\n");
        assertThat(result.exitCode()).isEqualTo(23);
    }

    @Test
    void a_Unix_socket_needs_no_password() throws Exception {
        Path folder = Files.createTempDirectory("cs");
        Result result =
                run(
                        "--socket",
                        folder.toString(),
                        "--run",
                        "echo $PGPORT; ls -A "
                                + folder
                                + "; psql -X -A -t -c 'SELECT 6 * 7'; psql \"$DATABASE_URL\" -X -A -t"
                                + " -c 'SELECT 7 * 7'; psql -h "
                                + folder
                                + " -U postgres -X -A -t -c 'SELECT 8 * 7'");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("5432\n.s.PGSQL.5432\n42\n49\n56\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void clients_take_turns_unless_they_are_refused() throws Exception {
        String two =
                "psql -X -A -t -c 'SELECT pg_sleep(1)' -c \"SELECT 'first'\" & sleep 0.5;"
                        + " psql -X -A -t -c \"SELECT 'second'\"; wait";

        Result queue = run("--port", "0", "--run", two);
        assertThat(queue.out()).isEqualTo("\nfirst\nsecond\n");
        assertThat(queue.err()).contains("your place in the queue is 1");

        Result exclusive = run("--port", "0", "--mode", "exclusive", "--run", two);
        assertThat(exclusive.out()).isEqualTo("\nfirst\n");
        assertThat(exclusive.err()).contains("has a client already");
    }

    @Test
    void TLS_is_there_when_it_is_asked_for() throws Exception {
        Result result =
                run(
                        "--port",
                        "0",
                        "--tls",
                        "required",
                        "--run",
                        "psql -X -c '\\conninfo'; psql \"sslmode=disable\" -X -c 'SELECT 1'");

        assertThat(result.out()).contains("TLSv1.3");
        assertThat(result.err()).contains("accepts TLS connections only");
    }

    @Test
    void options_that_make_no_sense_are_exit_code_2() throws Exception {
        assertThat(run("--bind", "0.0.0.0", "--no-password").exitCode()).isEqualTo(2);
        assertThat(run("--cert", "missing.pem").exitCode()).isEqualTo(2);
        assertThat(run("--db", "somewhere", "--memory").exitCode()).isEqualTo(2);
        Result taken = run("--db", folderOfSomethingElse().toString());
        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.err()).contains("is neither empty nor a database");
    }

    private Path folderOfSomethingElse() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("else"));
        Files.writeString(folder.resolve("notes.txt"), "not a database");
        return folder;
    }

    private record Result(int exitCode, String out, String err) {}

    private Result run(String... options) throws Exception {
        Process process = start(options);
        process.getOutputStream().close();
        Path err = temporary.resolve("err");
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), out, Files.readString(err));
    }

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("./culvert", "serve"));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(SharedDatabase.root().toFile())
                        .redirectError(temporary.resolve("err").toFile());
        builder.environment().put("CULVERT_HOME", temporary.resolve("home").toString());
        return builder.start();
    }

    private static void interrupt(Process process) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static List<String> readUntil(BufferedReader out, String text) throws IOException {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the command ended; it said " + lines);
            }
            lines.add(line);
            if (line.contains(text)) {
                return lines;
            }
        }
    }

    private static String after(List<String> lines, String label) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(label + " "))
                .map(line -> line.substring(label.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static String shell(String command) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
