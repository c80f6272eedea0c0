package dev.culvert.load.pglite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** PGlite in a Node process, or in a browser that a Node process drives. */
final class NodeSide implements Side {
    private static final String IN_NODE = "node-side.mjs";
    private static final int STOP_SECONDS = 10;

    private final Path script;
    private final Process node;
    private final BufferedReader answers;
    private final PrintWriter commands;

    private NodeSide(String resource, Path folder, String... arguments) throws IOException {
        this.script = script(resource);
        this.node =
                new ProcessBuilder(command(script, folder, arguments))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        this.answers = node.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintWriter(node.outputWriter(StandardCharsets.UTF_8), true);
        answer();
        for (SpeedCase each : SpeedCase.ALL) {
            commands.println("case " + Base64.getEncoder().encodeToString(each.batch()));
        }
    }

    /** PGlite in Node. */
    static NodeSide inNode(Path npmPackage) throws IOException {
        return new NodeSide(IN_NODE, npmPackage);
    }

    /**
     * PGlite in a page of Chromium.
     *
     * @param agent the folder of the agent's package, with what it needs to be developed
     * @param port of the relay, for {@link #share}
     */
    static NodeSide inChromium(Path agent, int port, Path ca, String domain) throws IOException {
        return new NodeSide(
                "chromium-side.mjs", agent, Integer.toString(port), ca.toString(), domain);
    }

    /** Shares another PGlite with the relay's own page; returns its URL. In Chromium. */
    URI share() throws IOException {
        commands.println("share");
        return URI.create(answer());
    }

    private static Path script(String resource) throws IOException {
        Path script = Files.createTempFile("node-side", ".mjs");
        try (InputStream in =
                Objects.requireNonNull(NodeSide.class.getResourceAsStream(resource))) {
            Files.write(script, in.readAllBytes());
        }
        return script;
    }

    private static List<String> command(Path script, Path npmPackage, String... more) {
        List<String> command = new ArrayList<>(List.of("node", script.toString()));
        command.add(npmPackage.toAbsolutePath().normalize().toString());
        command.addAll(List.of(more));
        return command;
    }

    /** The command that opens a data directory, and the script that it needs. */
    static List<String> startCommand(Path npmPackage, Path data) throws IOException {
        Path script = script(IN_NODE);
        script.toFile().deleteOnExit();
        return command(script, npmPackage, data.toString());
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("node has ended");
        }
        return line;
    }

    @Override
    public void once(int number) {
        commands.println("once " + number);
    }

    @Override
    public double time(int number, int millis) throws IOException {
        commands.println("time " + number + " " + millis);
        return Double.parseDouble(answer());
    }

    @Override
    public void close() {
        commands.close();
        try {
            // it ends with its input, and takes its browser with it
            if (!node.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                node.destroy();
            }
        } catch (InterruptedException e) {
            node.destroy();
            Thread.currentThread().interrupt();
        }
        script.toFile().delete();
    }
}
