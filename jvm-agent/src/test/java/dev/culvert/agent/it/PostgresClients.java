package dev.culvert.agent.it;

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

    /** Gets them, which needs the network the first time. */
    static PostgresClients get() throws IOException, InterruptedException {
        Process script =
                new ProcessBuilder(
                                SharedDatabase.root()
                                        .resolve("scripts/postgres-clients")
                                        .toString(),
                                MAJOR)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (script.waitFor() != 0) {
            throw new IOException("scripts/postgres-clients failed");
        }
        return new PostgresClients(Path.of(out.strip()));
    }

    /** Where a program is. */
    String program(String name) {
        return folder.resolve(name).toString();
    }
}
