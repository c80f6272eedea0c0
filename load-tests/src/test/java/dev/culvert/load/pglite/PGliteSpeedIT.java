package dev.culvert.load.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
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
                                "--json=" + json);

        assertThat(status).isZero();
        JsonNode lines = new ObjectMapper().readTree(json.toFile()).get("lines");
        long timed = SpeedCase.ALL.stream().filter(SpeedCase::timed).count();
        assertThat(lines).hasSize((int) timed + 4);
        assertThat(lines)
                .allSatisfy(line -> {
                    assertThat(line.at("/node/median").asDouble()).isPositive();
                    assertThat(line.at("/jvm/median").asDouble()).isPositive();
                    assertThat(line.at("/ratio").asDouble()).isPositive();
                });
    }
}
