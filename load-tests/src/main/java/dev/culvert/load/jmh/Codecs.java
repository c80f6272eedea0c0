package dev.culvert.load.jmh;

import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the benchmarks of codecs and scanners by JMH, and reports as the other programs do. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        description = "Bytes per second and allocation of codecs and message scanners.")
public final class Codecs implements Callable<Integer> {
    private static final String TABLE = "codecs and message scanners";
    private static final String NANOS = "ns per operation";
    private static final String SPEED = "MB/s";
    private static final String ALLOCATED = "bytes allocated per operation";
    private static final String ALLOCATION_METRIC = "gc.alloc.rate.norm";

    @Option(names = "--forks", defaultValue = "3", description = "JVMs (${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--iterations",
            defaultValue = "5",
            description = "In each JVM, and before those that count (${DEFAULT-VALUE}).")
    private int iterations;

    @Option(
            names = "--millis",
            defaultValue = "1000",
            description = "Of an iteration (${DEFAULT-VALUE}).")
    private long millis;

    @Option(
            names = "--include",
            defaultValue = "dev.culvert.load.jmh",
            description = "Which benchmarks, a regular expression.")
    private String include = "";

    @Option(names = "--json", description = "A file for the figures of every iteration.")
    private @Nullable Path json;

    private final Report report = new Report("jmh");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Codecs()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        for (RunResult result :
                new Runner(
                                new OptionsBuilder()
                                        .include(include)
                                        .mode(Mode.AverageTime)
                                        .timeUnit(TimeUnit.NANOSECONDS)
                                        .forks(forks)
                                        .warmupIterations(iterations)
                                        .warmupTime(TimeValue.milliseconds(millis))
                                        .measurementIterations(iterations)
                                        .measurementTime(TimeValue.milliseconds(millis))
                                        .addProfiler(GCProfiler.class)
                                        .shouldFailOnError(true)
                                        .verbosity(VerboseMode.SILENT)
                                        .build())
                        .run()) {
            add(result);
        }
        report.finish(json);
        return 0;
    }

    private void add(RunResult result) {
        BenchmarkParams params = result.getParams();
        String messages = params.getParam("messages");
        String name = params.getBenchmark();
        String row =
                name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1)
                                .replace("Benchmark.", ", ")
                        + ", "
                        + (messages != null ? messages : params.getParam("bytes") + " bytes");
        double bytes =
                messages != null
                        ? ScannerBenchmark.bytes(ScannerBenchmark.Messages.valueOf(messages))
                        : Double.parseDouble(params.getParam("bytes"));
        result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .forEach(iteration -> add(row, bytes, iteration));
    }

    private void add(String row, double bytes, IterationResult iteration) {
        double nanos = iteration.getPrimaryResult().getScore();
        report.add(TABLE, row, NANOS, nanos);
        report.add(TABLE, row, SPEED, bytes * 1_000 / nanos);
        report.add(
                TABLE,
                row,
                ALLOCATED,
                Objects.requireNonNull(iteration.getSecondaryResults().get(ALLOCATION_METRIC))
                        .getScore());
    }
}
