package dev.culvert.agent.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Node process with an agent and an in-memory PGlite in it. It ends with this process: its
 * standard input is a pipe whose other end closes.
 */
public final class NodeAgent implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long STOP_SECONDS = 5;

    /** What the agent says when its database is reachable. */
    public record Shared(String name, String host, int port, String user, String password) {
        /** Leaves the password out. */
        @Override
        public String toString() {
            return "Shared[" + host + ":" + port + "]";
        }
    }

    private final Process process;
    private final Shared shared;

    private NodeAgent(Process process, Shared shared) {
        this.process = process;
        this.shared = shared;
    }

    /**
     * Starts an agent and waits until its database is shared.
     *
     * @param program the agent's JavaScript file
     * @param relay the relay's address, {@code wss://…}
     * @param caFile what the agent trusts
     * @param options further options of the program
     * @throws IOException when Node cannot be started, or the agent ends before it has shared
     */
    public static NodeAgent start(Path program, String relay, Path caFile, String... options)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "node",
                                program.toString(),
                                "--relay",
                                relay,
                                "--ca",
                                caFile.toString(),
                                "--json",
                                "--exit-with-stdin"));
        command.addAll(List.of(options));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                JsonNode event = JSON.readTree(line);
                if (event.path("event").asText().equals("shared")) {
                    // nothing would go on in it when the pipe is full
                    Thread.ofVirtual().name("culvert-agent-events").start(() -> drain(output));
                    return new NodeAgent(process, shared(event));
                }
            }
        } catch (IOException e) {
            process.destroy();
            throw e;
        }
        process.destroy();
        throw new IOException("the agent ended before it had shared its database");
    }

    /** How to reach the database. */
    public Shared shared() {
        return shared;
    }

    /** Waits until the agent ends, and returns its exit code. */
    public int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** Stops the agent: it says goodbye to the relay and closes its database. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Clients are told of by the relay in this process. */
    private static void drain(BufferedReader output) {
        try {
            while (output.readLine() != null) {
                // and nobody asks for the rest
            }
        } catch (IOException e) {
            // close() has closed the stream: the agent is on its way out
        }
    }

    private static Shared shared(JsonNode event) {
        return new Shared(
                event.path("name").asText(),
                event.path("host").asText(),
                event.path("port").asInt(),
                event.path("user").asText(),
                event.path("password").asText());
    }
}
