package dev.culvert.load.compare;

import dev.culvert.load.compare.Copy.Direction;
import dev.culvert.load.compare.Latency.Protocol;
import dev.culvert.load.compare.Rounds.Results;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Goal.Bound;
import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The relay beside PgBouncer, each in front of its own floor: a null backend, and Postgres. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Compares the relay with PgBouncer: latency, CPU, COPY, connecting.")
public final class Compare implements Callable<Integer> {
    /** What is measured. */
    enum Measure {
        LATENCY,
        CONNECT,
        COPY
    }

    private static final int MANY_STREAMS = 16;
    private static final long MEGABYTE = 1_000_000;

    private static final double MAX_ADDED = 1.25;
    private static final double MAX_P99 = 3;
    private static final double MAX_CPU_MICROS = 130;
    private static final double MAX_CONNECT = 1.5;
    private static final double MIN_COPY_PERCENT = 70;
    private static final double MAX_COPY_CPU_MILLIS = 5;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "8",
            description = "Of each run of queries or connections (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--megabytes",
            defaultValue = "500",
            description = "Of each COPY, all streams together (${DEFAULT-VALUE}).")
    private long megabytes;

    @Option(
            names = "--measure",
            split = ",",
            description = "Any of ${COMPLETION-CANDIDATES}; all unless given.")
    private Set<Measure> measures = EnumSet.allOf(Measure.class);

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("compare");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(
                new CommandLine(new Compare())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        try (Workplace place = new Workplace();
                Field field = Field.start(place, jar, MANY_STREAMS)) {
            Rounds all = new Rounds(field, rounds, report);
            for (Measure measure : measures) {
                switch (measure) {
                    case LATENCY -> latency(field, all);
                    case CONNECT -> connect(place, field, all);
                    case COPY -> copy(place, field, all);
                }
            }
        }
        report.finish(json);
        return 0;
    }

    private void latency(Field field, Rounds all) throws Exception {
        for (Protocol protocol : Protocol.values()) {
            Latency latency = new Latency(protocol, seconds);
            String title = "SELECT 1, %s, one client".formatted(protocol.label());
            Results results = all.run(title, latency::run);
            report.goal(
                    title,
                    "p50 that the relay adds, in those that PgBouncer adds",
                    results.added(field.relay(), field.floor(), Figure.P50_MICROS)
                            / results.added(field.bouncer(), field.postgres(), Figure.P50_MICROS),
                    Bound.AT_MOST,
                    MAX_ADDED);
            report.goal(
                    title,
                    "the relay's p99, in p50s",
                    results.of(field.relay(), Figure.P99_MICROS)
                            / results.of(field.relay(), Figure.P50_MICROS),
                    Bound.AT_MOST,
                    MAX_P99);
            report.goal(
                    title,
                    "the relay's CPU µs per transaction",
                    results.of(field.relay(), Figure.CPU_MICROS_PER_TRANSACTION),
                    Bound.AT_MOST,
                    MAX_CPU_MICROS);
        }
    }

    private void connect(Workplace place, Field field, Rounds all) throws Exception {
        Connecting connecting = new Connecting(place, seconds);
        String title = "connect, authenticate, SELECT 1";
        Results results = all.run(title, connecting::run);
        report.goal(
                title,
                "the relay's time, in PgBouncer's",
                results.ratio(field.relay(), field.bouncer(), Figure.CONNECT_MILLIS),
                Bound.AT_MOST,
                MAX_CONNECT);
    }

    private void copy(Workplace place, Field field, Rounds all) throws Exception {
        for (int streams : List.of(1, MANY_STREAMS)) {
            Copy copy = new Copy(place, streams, megabytes * MEGABYTE);
            for (Direction direction : Direction.values()) {
                String title = "COPY %s, streams: %d".formatted(direction, streams);
                Results results = all.run(title, contender -> copy.run(contender, direction));
                copyGoals(title, field, results);
            }
        }
    }

    private void copyGoals(String title, Field field, Results results) {
        Figure speed = Figure.MEGABYTES_PER_SECOND;
        report.goal(
                title,
                "MB/s, % of the floor's",
                100 * results.ratio(field.relay(), field.floor(), speed),
                Bound.AT_LEAST,
                MIN_COPY_PERCENT);
        report.goal(
                title,
                "the relay's CPU ms per MB",
                results.of(field.relay(), Figure.CPU_MILLIS_PER_MEGABYTE),
                Bound.AT_MOST,
                MAX_COPY_CPU_MILLIS);
        report.remark(
                String.format(
                        Locale.ROOT,
                        "%s: the relay has %.0f %% of its floor's MB/s, PgBouncer %.0f %% of the same floor's"
                                + " and %.0f %% of Postgres's; the relay needs %.2f times PgBouncer's CPU"
                                + " per MB. The CPU that everybody needs together allows %.0f %% of the"
                                + " floor's MB/s at most, with PgBouncer %.0f %%.",
                        title,
                        100 * results.ratio(field.relay(), field.floor(), speed),
                        100 * results.ratio(field.floorsBouncer(), field.floor(), speed),
                        100 * results.ratio(field.bouncer(), field.postgres(), speed),
                        results.ratio(
                                field.relay(),
                                field.floorsBouncer(),
                                Figure.CPU_MILLIS_PER_MEGABYTE),
                        bound(field, results, field.relay()),
                        bound(field, results, field.floorsBouncer())));
    }

    private static double bound(Field field, Results results, Contender middle) {
        return 100
                * results.of(middle, Figure.BOUND)
                / results.of(field.floor(), Figure.MEGABYTES_PER_SECOND);
    }
}
