package dev.culvert.load.compare;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;

/** Debian's psql. */
final class Psql {
    private static final int TRIES = 100;
    private static final int PAUSE_MILLIS = 100;

    private Psql() {}

    /** Runs a statement and drops what it prints. */
    static void run(Contender contender, int client, String sql) throws IOException {
        await(start(contender, client, sql, Redirect.from(new File("/dev/null"))));
    }

    /** Waits until a contender answers. */
    static void awaitAnswer(Contender contender) throws IOException, InterruptedException {
        for (int i = 1; ; i++) {
            try {
                run(contender, 0, "SELECT 1");
                return;
            } catch (IOException e) {
                if (i == TRIES) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Starts a statement that prints nothing but errors. */
    static Process start(Contender contender, int client, String sql, Redirect input)
            throws IOException {
        return new ProcessBuilder(
                        "psql", "-X", "-q", "-c", sql, "-d", contender.address(client).conninfo())
                .redirectInput(input)
                .redirectOutput(Redirect.DISCARD)
                .start();
    }

    /** Starts a statement that takes a file. */
    static Process start(Contender contender, int client, String sql, Path input)
            throws IOException {
        return start(contender, client, sql, Redirect.from(input.toFile()));
    }

    /** Waits for the end of a statement that succeeds. */
    static void await(Process psql) throws IOException {
        try {
            String errors = String.join("\n", psql.errorReader().lines().toList());
            if (psql.waitFor() != 0) {
                throw new IOException("psql: " + errors);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
