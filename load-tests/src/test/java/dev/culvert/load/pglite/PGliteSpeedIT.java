package dev.culvert.load.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The short form of {@link PGliteSpeed}: too short to say what is fast, long enough to run all. */
class PGliteSpeedIT {
    @TempDir private Path folder;

    @Test
    void everything_is_measured_on_both_sides_and_reported() throws Exception {
        Path root = Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."));
        Path json = folder.resolve("figures.json");

        int status =
                new CommandLine(new PGliteSpeed())
                        .execute(
                                "--package",
                                root.resolve("browser-agent/node_modules/@electric-sql/pglite")
                                        .toString(),
                                "--warm-up=1",
                                "--millis=1",
                                "--rounds=1",
                                "--forks=2",
                                "--starts=1",
                                "--json=" + json);

        assertThat(status).isZero();
        JsonNode rows =
                new ObjectMapper()
                        .readTree(json.toFile())
                        .get("tables")
                        .get("PGlite in the JVM beside PGlite in Node");
        long timed = SpeedCase.ALL.stream().filter(SpeedCase::timed).count();
        assertThat(rows).hasSize((int) timed + 4);
        assertThat(rows)
                .allSatisfy(row -> {
                    for (String figure : List.of("Node", "JVM", "JVM / Node")) {
                        assertThat(row.get(figure).get(0).asDouble()).isPositive();
                    }
                });
    }
}
