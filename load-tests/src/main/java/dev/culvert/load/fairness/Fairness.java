package dev.culvert.load.fairness;

import dev.culvert.load.report.Goal;
import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What bulk does to small batches: on another stream of the same tunnel, over a path with a rate,
 * and on another tunnel of the same relay.
 */
@Command(
        name = "fairness",
        mixinStandardHelpOptions = true,
        description = "How long a SELECT 1 takes while somebody else runs COPY.")
public final class Fairness implements Callable<Integer> {
    /** Between two small batches. */
    static final int PAUSE_MILLIS = 10;

    private static final String P99 = "p99, ms";
    private static final double MAX_ADDED_MILLIS = 20;
    private static final double MB = 1e6;
    private static final double MICROS_PER_MILLI = 1_000;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--batches",
            defaultValue = "500",
            description = "Small ones, beside each bulk (${DEFAULT-VALUE}).")
    private int batches;

    @Option(
            names = "--rate",
            defaultValue = "10",
            description = "MB/s of the path that a tunnel takes (${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--lead",
            defaultValue = "1",
            description = "Seconds until the bulk is at full speed (${DEFAULT-VALUE}).")
    private double leadSeconds;

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("fairness");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Fairness()).execute(args));
    }

    /** Asks so many small batches beside a bulk, and returns microseconds. */
    @FunctionalInterface
    private interface Scene {
        Histogram measure(Bulk bulk, int batches) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        String tunnel = "SELECT 1 beside, on one tunnel over %d MB/s".formatted(rate);
        try (SharedTunnel shared = new SharedTunnel(rate * MB, leadMillis())) {
            measure(tunnel, shared::measure);
        }
        String relay = "SELECT 1 beside, on two tunnels of one relay";
        try (Neighbours neighbours = new Neighbours(jar, leadMillis())) {
            measure(relay, neighbours::measure);
        }
        report.finish(json);
        return 0;
    }

    private int leadMillis() {
        return (int) (leadSeconds * 1_000);
    }

    private void measure(String table, Scene scene) throws Exception {
        scene.measure(Bulk.NONE, batches);
        for (int round = 0; round < rounds; round++) {
            for (Bulk bulk : Bulk.values()) {
                Histogram micros = scene.measure(bulk, batches);
                add(table, bulk, "p50, ms", micros.getValueAtPercentile(50));
                add(table, bulk, P99, micros.getValueAtPercentile(99));
                add(table, bulk, "most, ms", micros.getMaxValue());
            }
        }
        double alone = report.of(table, Bulk.NONE.label(), P99).median();
        for (Bulk bulk : new Bulk[] {Bulk.TO_AGENT, Bulk.FROM_AGENT}) {
            report.goal(
                    table + " " + bulk.label(),
                    "added at p99, ms",
                    report.of(table, bulk.label(), P99).median() - alone,
                    Goal.Bound.AT_MOST,
                    MAX_ADDED_MILLIS);
        }
    }

    private void add(String table, Bulk bulk, String figure, long micros) {
        report.add(table, bulk.label(), figure, (double) micros / MICROS_PER_MILLI);
    }
}
