package dev.culvert.agent.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code culvert share} as a process, which tells what happens as JSON. */
final class ShareProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long STOP_SECONDS = 20;

    private final Process process;
    private final BufferedReader out;
    private final JsonNode shared;

    private ShareProcess(Process process) throws IOException {
        this.process = process;
        out = process.inputReader();
        shared = next("shared");
    }

    /** Shares through a relay, until its standard input is closed. */
    static ShareProcess start(String relay, Path caFile, String... options) throws IOException {
        return start(Map.of(), relay, caFile, options);
    }

    /** The same, with these variables in its environment. */
    static ShareProcess start(
            Map<String, String> environment, String relay, Path caFile, String... options)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                "dev.culvert.agent.cli.Culvert",
                                "share",
                                "--relay",
                                relay,
                                "--ca",
                                caFile.toString(),
                                "--format",
                                "json",
                                "--exit-with-stdin"));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new ShareProcess(process);
        } catch (IOException | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The event that says how to connect. */
    JsonNode shared() {
        return shared;
    }

    /** The next event of this name. */
    JsonNode next(String event) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            JsonNode read = JSON.readTree(line);
            if (read.path("event").asText().equals(event)) {
                return read;
            }
        }
        throw new AssertionError("the command ended with " + exitCode() + " before " + event);
    }

    /** Connects by the JDBC line. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                shared.path("jdbc").asText() + "&loginTimeout=30&socketTimeout=60");
    }

    /** Sends SIGTERM, and waits for the exit code. */
    int terminate() {
        process.destroy();
        return exitCode();
    }

    private int exitCode() {
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the command does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
            exitCode();
        } finally {
            process.destroyForcibly();
        }
    }
}
