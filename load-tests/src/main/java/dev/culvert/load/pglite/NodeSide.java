package dev.culvert.load.pglite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** PGlite in a Node process. */
final class NodeSide implements Side {
    private final Path script;
    private final Process node;
    private final BufferedReader answers;
    private final PrintWriter commands;

    NodeSide(Path npmPackage) throws IOException {
        this.script = script();
        this.node =
                new ProcessBuilder(command(script, npmPackage))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        this.answers = node.inputReader(StandardCharsets.UTF_8);
        this.commands = new PrintWriter(node.outputWriter(StandardCharsets.UTF_8), true);
        answer();
        for (SpeedCase each : SpeedCase.ALL) {
            commands.println("case " + Base64.getEncoder().encodeToString(each.batch()));
        }
    }

    private static Path script() throws IOException {
        Path script = Files.createTempFile("node-side", ".mjs");
        try (InputStream in =
                Objects.requireNonNull(NodeSide.class.getResourceAsStream("node-side.mjs"))) {
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
        Path script = script();
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
        node.destroy();
        script.toFile().delete();
    }
}
