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

/**
 * PGlite in a process of its own: Node's, a JVM's, or a browser's that Node drives. It reads lines
 * {@code case BASE64}, {@code once N} and {@code time N MILLISECONDS}, and answers the last with a
 * line, the median of its runs in microseconds.
 */
final class ChildSide implements Side {
    private static final String IN_NODE = "node-side.mjs";
    private static final int STOP_SECONDS = 10;

    private final Process child;
    private final BufferedReader answers;
    private final PrintWriter commands;

    private ChildSide(List<String> command) throws IOException {
        this.child =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        this.answers = child.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintWriter(child.outputWriter(StandardCharsets.UTF_8), true);
        answer();
        for (SpeedCase each : SpeedCase.ALL) {
            commands.println("case " + Base64.getEncoder().encodeToString(each.batch()));
        }
    }

    /** PGlite in Node. */
    static ChildSide inNode(Path npmPackage) throws IOException {
        return new ChildSide(node(IN_NODE, npmPackage));
    }

    /** PGlite in a JVM without options. */
    static ChildSide inJvm() throws IOException {
        return new ChildSide(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        JvmProgram.class.getName()));
    }

    /**
     * PGlite in a page of Chromium.
     *
     * @param agent the folder of the agent's package, with what it needs to be developed
     * @param port of the relay, for {@link #share}
     */
    static ChildSide inChromium(Path agent, int port, Path ca, String domain) throws IOException {
        return new ChildSide(
                node("chromium-side.mjs", agent, Integer.toString(port), ca.toString(), domain));
    }

    /** Shares another PGlite with the relay's own page; returns its URL. In Chromium. */
    URI share() throws IOException {
        commands.println("share");
        return URI.create(answer());
    }

    /** The command that opens a data directory in Node. */
    static List<String> startCommand(Path npmPackage, Path data) throws IOException {
        return node(IN_NODE, npmPackage, data.toString());
    }

    private static List<String> node(String resource, Path folder, String... more)
            throws IOException {
        Path script = Files.createTempFile("side", ".mjs");
        script.toFile().deleteOnExit();
        try (InputStream in =
                Objects.requireNonNull(ChildSide.class.getResourceAsStream(resource))) {
            Files.write(script, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("node", script.toString()));
        command.add(folder.toAbsolutePath().normalize().toString());
        command.addAll(List.of(more));
        return command;
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("PGlite's process has ended");
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
            if (!child.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                child.destroy();
            }
        } catch (InterruptedException e) {
            child.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
