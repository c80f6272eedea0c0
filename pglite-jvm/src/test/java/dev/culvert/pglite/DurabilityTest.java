package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged before a process was killed is there afterwards. */
@Timeout(180)
class DurabilityTest {
    @TempDir private Path folder;

    @Test
    void acknowledged_commits_survive_kill() throws Exception {
        for (int round = 1; round <= 2; round++) {
            int acknowledged = writeUntilKilled(150);

            try (PGlite db = PGlite.open(folder)) {
                assertThat(Integer.parseInt(Sql.run(db, "select max(n) from acknowledged").value()))
                        .isBetween(acknowledged, acknowledged + 1);
                assertThat(Sql.run(db, "select count(*) = max(n) from acknowledged").value())
                        .isEqualTo("t");
            }
        }
    }

    /** Starts a process that writes, kills it in the midst, and returns what it said last. */
    private int writeUntilKilled(int lines) throws IOException, InterruptedException {
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledWriter.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        int last = 0;
        try (BufferedReader output = writer.inputReader()) {
            for (int i = 0; i < lines; i++) {
                String line = output.readLine();
                if (line == null) {
                    throw new IOException("the writer has ended");
                }
                last = Integer.parseInt(line);
            }
            // by its handle: what it has said stays readable
            writer.toHandle().destroyForcibly();
            writer.waitFor();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = Integer.parseInt(line);
            }
        }
        return last;
    }
}
