package dev.culvert.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.load.busy.BusySessions;
import dev.culvert.load.fairness.Fairness;
import dev.culvert.load.idle.IdleTunnels;
import dev.culvert.load.jmh.Codecs;
import dev.culvert.load.memory.MemoryBounds;
import dev.culvert.load.pglite.WholePath;
import dev.culvert.load.soak.Soak;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine;

/** That the programs run and report; not how fast anything is: so they may run two at a time. */
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
class ProgramsIT {
    private static final Path ROOT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."));

    @TempDir private Path directory;

    @Test
    void idle_tunnels() throws Exception {
        JsonNode tunnels =
                run(
                        new IdleTunnels(),
                        "--jar=" + jar(),
                        "--tunnels=100",
                        "--warm-up=50",
                        "--rounds=1",
                        "--settle=0");

        JsonNode hundred = tunnels.get("idle tunnels over TLS").get("100 tunnels");
        assertThat(first(hundred, "new tunnels per second")).isPositive();
        assertThat(hundred.has("resident KB per tunnel")).isTrue();
    }

    @Test
    void busy_sessions() throws Exception {
        JsonNode sessions =
                run(
                        new BusySessions(),
                        "--jar=" + jar(),
                        "--clients=50",
                        "--settle=0",
                        "--warm-up=0.5",
                        "--seconds=1",
                        "--rounds=1");

        JsonNode fifty =
                sessions.get("sessions with a SELECT 1 each second").get("50 clients, 50 tunnels");
        assertThat(first(fifty, "queries per second")).isGreaterThan(25);
        assertThat(first(fifty, "p99, ms")).isPositive();
        assertThat(first(fifty, "errors")).isZero();
    }

    @Test
    void soak() throws Exception {
        JsonNode thirds =
                run(
                        new Soak(),
                        "--jar=" + jar(),
                        "--minutes=0.03",
                        "--pairs=4",
                        "--samples=3",
                        // it has not warmed up
                        "--tolerance-mb=1000");

        JsonNode last = thirds.get("soak, sampled in this third of the time").get("last");
        assertThat(first(last, "resident MB")).isPositive();
        assertThat(first(last, "threads")).isPositive();
    }

    @Test
    void memory() throws Exception {
        JsonNode offers =
                run(
                        new MemoryBounds(),
                        "--jar=" + jar(),
                        "--offered=40",
                        "--rounds=1",
                        "--settle=0");

        for (JsonNode offer : offers.get("40 MB are offered to")) {
            assertThat(first(offer, "taken from the sender, MB")).isBetween(0.2, 24.0);
            assertThat(first(offer, "resident memory grows, MB")).isLessThan(40);
        }
    }

    @Test
    void fairness() throws Exception {
        JsonNode tables =
                run(new Fairness(), "--jar=" + jar(), "--rounds=1", "--batches=5", "--lead=0.1");

        assertThat(tables).hasSize(2);
        for (JsonNode table : tables) {
            for (String bulk : List.of("nothing", "COPY FROM STDIN", "COPY TO STDOUT")) {
                assertThat(first(table.get(bulk), "p99, ms")).isPositive();
            }
        }
    }

    @Test
    void codecs_and_scanners() throws Exception {
        JsonNode benchmarks =
                run(new Codecs(), "--forks=1", "--iterations=1", "--millis=20")
                        .get("codecs and message scanners");

        assertThat(benchmarks.size()).isGreaterThanOrEqualTo(12);
        for (JsonNode benchmark : benchmarks) {
            assertThat(first(benchmark, "MB/s")).isPositive();
            assertThat(benchmark.has("bytes allocated per operation")).isTrue();
        }
    }

    @Test
    void whole_path() throws Exception {
        JsonNode paths =
                run(
                        new WholePath(),
                        "--jar=" + jar(),
                        "--agent=" + ROOT.resolve("browser-agent/bin/culvert-agent"),
                        "--package="
                                + ROOT.resolve("browser-agent/node_modules/@electric-sql/pglite"),
                        // the JVM's is in PGliteSpeedIT
                        "--where=NODE,CHROMIUM",
                        "--rounds=1",
                        "--millis=20",
                        "--warm-up=20");

        for (String agent : List.of("PGlite in Node", "PGlite in Chromium")) {
            assertThat(first(paths.get(agent).get("`select 1`"), "PGlite's share, %"))
                    .as(agent)
                    .isPositive();
        }
    }

    private static double first(JsonNode row, String figure) {
        return row.get(figure).get(0).asDouble();
    }

    private static String jar() {
        return ROOT.resolve("jvm-agent/target/culvert.jar").toString();
    }

    private JsonNode run(Callable<Integer> program, String... options) throws Exception {
        Path json = directory.resolve("figures.json");
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--json", json.toString()));
        assertThat(new CommandLine(program).execute(arguments.toArray(String[]::new))).isZero();
        return new ObjectMapper().readTree(json.toFile()).get("tables");
    }
}
