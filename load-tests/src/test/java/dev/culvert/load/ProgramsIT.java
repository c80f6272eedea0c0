package dev.culvert.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.load.idle.IdleTunnels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** That the programs run and report; not how fast anything is. */
@Timeout(120)
class ProgramsIT {
    private static final Path ROOT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."));

    @TempDir private Path directory;

    @Test
    void idle_tunnels() throws Exception {
        JsonNode tunnels =
                run(
                        new IdleTunnels(),
                        "--jar",
                        jar(),
                        "--tunnels",
                        "100",
                        "--warm-up",
                        "50",
                        "--rounds",
                        "1",
                        "--settle",
                        "0");

        JsonNode hundred = tunnels.get("idle tunnels over TLS").get("100 tunnels");
        assertThat(hundred.get("new tunnels per second").get(0).asDouble()).isPositive();
        assertThat(hundred.has("resident KB per tunnel")).isTrue();
    }

    private static String jar() {
        return ROOT.resolve("jvm-agent/target/culvert.jar").toString();
    }

    private JsonNode run(Callable<Integer> program, String... options) throws Exception {
        Path json = directory.resolve("figures.json");
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--json", json.toString()));
        assertThat(new CommandLine(program).execute(arguments.toArray(String[]::new))).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }
}
