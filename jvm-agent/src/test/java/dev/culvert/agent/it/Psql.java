package dev.culvert.agent.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Debian's psql, as a process: {@code sslmode=verify-full}, by the tunnel's own host name. */
final class Psql {
    private static final long TIMEOUT_SECONDS = 60;

    /** What a run of psql said. */
    record Result(int exitCode, String out, String err) {}

    private final Map<String, String> connection = new LinkedHashMap<>();

    Psql(SharedDatabase database) {
        this(
                database.shared().host(),
                database.port(),
                database.shared().user(),
                database.shared().password(),
                database.caFile());
        connection.put("dbname", "postgres");
    }

    /** Without the name of a database: psql takes the user's. */
    Psql(String host, int port, String user, String password, Path caFile) {
        connection.put("host", host);
        connection.put("hostaddr", "127.0.0.1");
        connection.put("port", Integer.toString(port));
        connection.put("user", user);
        connection.put("password", password);
        connection.put("sslmode", "verify-full");
        connection.put("sslrootcert", caFile.toString());
        connection.put("connect_timeout", "20");
    }

    /** Changes a connection parameter. */
    Psql with(String name, String value) {
        connection.put(name, value);
        return this;
    }

    /** Runs statements, each as a Query of its own; output unaligned, without headers. */
    Result run(String... statements) {
        List<String> arguments = new ArrayList<>();
        for (String statement : statements) {
            arguments.add("-c");
            arguments.add(statement);
        }
        return run(arguments);
    }

    /** Runs the statements of a file. */
    Result runFile(Path file) {
        return run(List.of("-f", file.toString()));
    }

    /** Runs one Query that reads from psql's standard input. */
    Result runFrom(Path input, String statement) {
        return run(command(List.of("-c", statement)).redirectInput(input.toFile()));
    }

    /** Runs another of Postgres' programs on the same connection. */
    Result tool(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        command.add(conninfo());
        return run(new ProcessBuilder(command));
    }

    /** The same, for a program that takes the connection as its option {@code -d}. */
    Result client(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, "-d", conninfo()));
        command.addAll(List.of(arguments));
        return run(new ProcessBuilder(command));
    }

    /** Starts psql, to be fed through its standard input. */
    Process start() {
        try {
            return command(List.of()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result run(List<String> arguments) {
        return run(command(arguments));
    }

    private static Result run(ProcessBuilder command) {
        try {
            Path out = Files.createTempFile("psql", ".out");
            Path err = Files.createTempFile("psql", ".err");
            Process process =
                    command.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command.command().getFirst()
                                + " did not end; it said "
                                + Files.readString(err));
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String conninfo() {
        StringBuilder conninfo = new StringBuilder();
        connection.forEach((name, value) ->
                conninfo.append(name)
                        .append("='")
                        .append(value.replace("\\", "\\\\").replace("'", "\\'"))
                        .append("' "));
        return conninfo.toString();
    }

    private ProcessBuilder command(List<String> arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "psql",
                                "-X",
                                "-A",
                                "-t",
                                "-v",
                                "VERBOSITY=verbose",
                                "-v",
                                "ON_ERROR_STOP=1",
                                "-d",
                                conninfo()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
