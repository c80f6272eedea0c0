package dev.culvert.load.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.culvert.load.compare.Copy.Direction;
import dev.culvert.load.compare.Latency.Protocol;
import dev.culvert.load.compare.Rounds.Results;
import dev.culvert.load.process.Workplace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private final Map<String, Map<?, ?>> figures = new LinkedHashMap<>();

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
            Rounds all = new Rounds(field, rounds);
            for (Measure measure : measures) {
                switch (measure) {
                    case LATENCY -> latency(field, all);
                    case CONNECT -> connect(place, field, all);
                    case COPY -> copy(place, field, all);
                }
            }
        }
        if (json != null) {
            Files.writeString(
                    json,
                    new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(figures));
        }
        return 0;
    }

    private void latency(Field field, Rounds all) throws Exception {
        for (Protocol protocol : Protocol.values()) {
            Latency latency = new Latency(protocol, seconds);
            Results results = all.run(latency::run);
            report("SELECT 1, %s, one client".formatted(protocol), results);
            double relay = results.added(field.relay(), field.floor(), Figure.P50_MICROS);
            double bouncer = results.added(field.bouncer(), field.postgres(), Figure.P50_MICROS);
            say(
                    String.format(
                            Locale.ROOT,
                            "added at the median: relay %.1f µs, PgBouncer %.1f µs: %.2f times; the relay's"
                                    + " p99 is %.1f times its p50",
                            relay,
                            bouncer,
                            relay / bouncer,
                            results.of(field.relay(), Figure.P99_MICROS).median()
                                    / results.of(field.relay(), Figure.P50_MICROS).median()));
        }
    }

    private void connect(Workplace place, Field field, Rounds all) throws Exception {
        Connecting connecting = new Connecting(place, seconds);
        Results results = all.run(connecting::run);
        report("connect, authenticate, SELECT 1", results);
        say(
                String.format(
                        Locale.ROOT,
                        "the relay takes %.2f times PgBouncer's time",
                        results.ratio(field.relay(), field.bouncer(), Figure.CONNECT_MILLIS)));
    }

    private void copy(Workplace place, Field field, Rounds all) throws Exception {
        for (int streams : List.of(1, MANY_STREAMS)) {
            Copy copy = new Copy(place, streams, megabytes * MEGABYTE);
            for (Direction direction : Direction.values()) {
                Results results = all.run(contender -> copy.run(contender, direction));
                report(
                        "COPY %s, %d MB, streams: %d".formatted(direction, megabytes, streams),
                        results);
                Figure speed = Figure.MEGABYTES_PER_SECOND;
                say(
                        String.format(
                                Locale.ROOT,
                                "through the relay: %.0f%% of its floor; through PgBouncer: %.0f%% of its own",
                                100 * results.ratio(field.relay(), field.floor(), speed),
                                100 * results.ratio(field.bouncer(), field.postgres(), speed)));
            }
        }
    }

    private void report(String title, Results results) {
        figures.put(title, results.labelled());
        System.out.print(results.table("%s: median of %d rounds (range)".formatted(title, rounds)));
    }

    private static void say(String text) {
        System.out.println("\n" + text);
    }
}
