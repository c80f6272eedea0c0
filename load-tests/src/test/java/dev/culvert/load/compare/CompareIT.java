package dev.culvert.load.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** That the comparison runs and reports; not how fast anything is. */
class CompareIT {
    @Test
    @Timeout(240)
    void every_contender_has_every_figure(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        Path jar =
                Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                        .resolve("jvm-agent/target/culvert.jar");
        int exit =
                new CommandLine(new Compare())
                        .execute(
                                "--jar",
                                jar.toString(),
                                "--rounds",
                                "1",
                                "--seconds",
                                "0.2",
                                "--megabytes",
                                "2",
                                "--json",
                                json.toString());
        assertThat(exit).isZero();
        JsonNode loads = new ObjectMapper().readTree(json.toFile()).get("tables");
        assertThat(loads.size()).as("loads").isEqualTo(8);
        for (JsonNode contenders : loads) {
            assertThat(contenders.size()).as("contenders").isEqualTo(5);
            for (JsonNode figures : contenders) {
                assertThat(figures.isEmpty()).isFalse();
                figures.forEach(rounds -> assertThat(rounds.get(0).asDouble()).isNotNegative());
            }
        }
    }
}
