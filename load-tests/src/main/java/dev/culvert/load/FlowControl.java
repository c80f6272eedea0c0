package dev.culvert.load;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures what flow control is for: one session over a long path, memory when nobody takes what is
 * offered, and small batches beside bulk. Starts a relay of its own in this process.
 */
@Command(name = "flow-control", mixinStandardHelpOptions = true)
public final class FlowControl implements Callable<Integer> {
    private static final double MB = 1e6;

    @Option(names = "--agent", required = true, description = "The Node agent's program.")
    private Path agent = Path.of("");

    @Option(names = "--megabytes", defaultValue = "100", description = "Over the long path.")
    private int megabytes;

    @Option(names = "--offered", defaultValue = "500", description = "MB that nobody takes.")
    private int offered;

    @Option(names = "--batches", defaultValue = "200", description = "Beside the bulk.")
    private int batches;

    @Option(names = "--rate", defaultValue = "10", description = "MB/s of the path of the bulk.")
    private int rate;

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new FlowControl()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        try (LocalRelay relay = new LocalRelay()) {
            System.out.printf(
                    "%-34s %12s %12s%n", "one session, PGlite in Node", "to MB/s", "from MB/s");
            for (int roundTrip : new int[] {0, 20, 100, 200}) {
                try (LongPath path = new LongPath(relay, agent, roundTrip)) {
                    double from = path.download(megabytes);
                    double to = path.upload(megabytes / 4);
                    System.out.printf(
                            "round trip + %3d ms %15s %12.1f %12.1f%n", roundTrip, "", to, from);
                }
            }
            System.out.printf(
                    "%n%-34s %12s %12s%n", offered + " MB offered to", "taken MB", "resident MB");
            print(
                    "a client that does not read",
                    Memory.towardsSilentClient(relay, offered * 1_000_000L));
            print(
                    "an agent that is frozen",
                    Memory.towardsFrozenAgent(relay, offered * 1_000_000L));
        }
        System.out.printf(
                "%n%-34s %12s %12s %12s%n",
                rate + " MB/s: a small batch, ms", "median", "90 %", "most");
        for (int roundTrip : new int[] {0, 20, 100}) {
            try (Fairness fairness = new Fairness(rate * MB, roundTrip)) {
                for (Fairness.Bulk bulk : Fairness.Bulk.values()) {
                    Fairness.Latency latency = fairness.measure(bulk, batches);
                    System.out.printf(
                            "round trip + %3d ms, %-14s %12.1f %12.1f %12.1f%n",
                            roundTrip, bulk, latency.median(), latency.ninth(), latency.most());
                }
            }
        }
        return 0;
    }

    private static void print(String towards, Memory.Figures figures) {
        System.out.printf(
                "%-34s %12.1f %12.1f%n",
                towards, figures.takenIn() / MB, figures.residentBytes() / MB);
    }
}
