package dev.culvert.agent.it;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The programs of PostgreSQL's own client package, of the version that PGlite is. */
final class PostgresClients {
    private static final String MAJOR = "18";

    private final Path folder;

    private PostgresClients(Path folder) {
        this.folder = folder;
    }

    /** Gets them, which needs the network the first time; where it cannot, the test is left out. */
    static PostgresClients get() throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(
                                SharedDatabase.root()
                                        .resolve("scripts/postgres-clients")
                                        .toString(),
                                MAJOR)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeThat(script.waitFor()).as(said).isZero();
        return new PostgresClients(Path.of(said.lines().toList().getLast()));
    }

    /** Where a program is. */
    String program(String name) {
        return folder.resolve(name).toString();
    }
}
