package dev.culvert.load;

import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what windows that grow are for: one session over a long path. Starts a relay of its own
 * in this process.
 */
@Command(
        name = "flow-control",
        mixinStandardHelpOptions = true,
        description = "One session with a PGlite in Node over long paths.")
public final class FlowControl implements Callable<Integer> {
    private static final String TABLE = "one session, PGlite in Node";

    @Option(names = "--agent", required = true, description = "The Node agent's program.")
    private Path agent = Path.of("");

    @Option(
            names = "--megabytes",
            defaultValue = "100",
            description = "Over the long path (${DEFAULT-VALUE}).")
    private int megabytes;

    @Option(
            names = "--round-trips",
            split = ",",
            defaultValue = "0,20,100,200",
            description = "What the path adds to one, in milliseconds (${DEFAULT-VALUE}).")
    private List<Integer> roundTrips = List.of();

    @Option(names = "--json", description = "A file for the figures.")
    private @Nullable Path json;

    private final Report report = new Report("flow-control");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new FlowControl()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        try (LocalRelay relay = new LocalRelay()) {
            for (int roundTrip : roundTrips) {
                try (LongPath path = new LongPath(relay, agent, roundTrip)) {
                    String row = "round trip + %d ms".formatted(roundTrip);
                    report.add(TABLE, row, "from the agent, MB/s", path.download(megabytes));
                    report.add(TABLE, row, "to the agent, MB/s", path.upload(megabytes / 4));
                }
            }
        }
        report.finish(json);
        return 0;
    }
}
