package dev.culvert.pglite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** PGlite in Node, where the agent's npm packages are installed. */
final class NodePGlite {
    private static final Path PACKAGE =
            Path.of("../browser-agent/node_modules/@electric-sql/pglite").toAbsolutePath();

    private NodePGlite() {}

    /** Runs the script in this folder, and returns what it prints. */
    static String run(Path folder, String... arguments) throws Exception {
        assumeTrue(Files.isDirectory(PACKAGE), "the agent's npm packages are not installed");
        Path script = folder.resolve("node-pglite.mjs");
        try (InputStream in =
                Objects.requireNonNull(NodePGlite.class.getResourceAsStream("node-pglite.mjs"))) {
            Files.write(script, in.readAllBytes());
        }
        List<String> command = new ArrayList<>();
        command.addAll(List.of("node", script.toString(), PACKAGE.normalize().toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        Process node =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (!node.waitFor(2, TimeUnit.MINUTES)) {
            node.destroyForcibly();
            throw new IOException("node does not end");
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (node.exitValue() != 0) {
            throw new IOException(text);
        }
        return text;
    }
}
