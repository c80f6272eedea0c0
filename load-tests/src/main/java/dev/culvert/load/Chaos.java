package dev.culvert.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The long form of the chaos test: tunnels whose connections break, under pgbench and COPY. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description =
                "Breaks tunnels' connections at random while pgbench and COPY go through them; fails"
                        + " when a client notices anything.")
final class Chaos implements Callable<Integer> {
    @Option(names = "--agent", required = true, description = "The Node agent's program.")
    private Path agent = Path.of("");

    @Option(names = "--seconds", defaultValue = "300", description = "How long (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--break-every",
            paramLabel = "MILLIS",
            defaultValue = "2000",
            description = "How long a connection lives on average (${DEFAULT-VALUE}).")
    private int breakEveryMillis;

    @Option(
            names = "--silence",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description =
                    "How long a connection that has fallen silent stays open (${DEFAULT-VALUE}); more"
                            + " than 45 leaves it to the tunnel to notice.")
    private int silenceSeconds;

    @Option(
            names = "--rows",
            defaultValue = "500000",
            description =
                    "Rows of one COPY, about 40 bytes each (${DEFAULT-VALUE}); 24000000 are 1 GB.")
    private int rows;

    @Option(names = "--seed", description = "Of the breaks; random unless given.")
    private long seed = ThreadLocalRandom.current().nextLong(1_000_000);

    public static void main(String[] args) {
        System.exit(new CommandLine(new Chaos()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println("seed " + seed);
        try (LocalRelay relay = new LocalRelay()) {
            long start = System.nanoTime();
            ChaosRun.Outcome outcome =
                    new ChaosRun(
                                    new ChaosRun.Plan(
                                            agent,
                                            Duration.ofSeconds(seconds),
                                            Duration.ofMillis(breakEveryMillis),
                                            Duration.ofSeconds(silenceSeconds),
                                            new KnownRows(rows),
                                            seed),
                                    relay)
                            .run();
            System.out.printf(
                    "in %d s: %d transactions of pgbench -M prepared, %d COPYs with %d MB;"
                            + " connections broken: %d by FIN, %d by RST, %d by silence;"
                            + " errors that a client saw: 0%n",
                    (System.nanoTime() - start) / 1_000_000_000,
                    outcome.transactions(),
                    outcome.copies(),
                    outcome.copiedBytes() / 1_000_000,
                    outcome.fins(),
                    outcome.resets(),
                    outcome.silences());
        }
        return 0;
    }
}
