package dev.culvert.load.idle;

import dev.culvert.load.nulls.NullAgentGroup;
import dev.culvert.load.process.Child;
import dev.culvert.load.process.FileLimit;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.RelayProcess;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Goal;
import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Opens tunnels over TLS to a relay in a process of its own, and leaves them alone: what each costs
 * of the relay's memory, and how many can be opened.
 */
@Command(
        name = "idle-tunnels",
        mixinStandardHelpOptions = true,
        description = "Memory per idle tunnel, and new tunnels per second and core.")
public final class IdleTunnels implements Callable<Integer> {
    private static final String TABLE = "idle tunnels over TLS";
    private static final String LIVE = "resident KB per tunnel";
    private static final String AS_IT_IS = "before a full collection";
    private static final String PER_CORE = "new tunnels per second and core";
    private static final String PER_SECOND = "new tunnels per second";

    private static final double MAX_KB = 20;
    private static final double MIN_PER_CORE = 1_000;
    private static final double KB = 1_024;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(
            names = "--tunnels",
            split = ",",
            defaultValue = "1000,5000,20000",
            description = "How many (${DEFAULT-VALUE}).")
    private List<Integer> counts = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warm-up",
            defaultValue = "2000",
            description = "Tunnels before those that count, and beside them (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--settle",
            defaultValue = "3",
            description = "Seconds until memory is looked at (${DEFAULT-VALUE}).")
    private int settleSeconds;

    @Option(
            names = "--jvm",
            description = "An option of the relay's JVM; may be given several times.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("idle-tunnels");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new IdleTunnels()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        int most = FileLimit.sockets() - warmUp;
        List<Integer> possible = counts.stream().map(count -> Math.min(count, most)).toList();
        for (int round = 0; round < rounds; round++) {
            for (int count : possible) {
                measure(count);
            }
        }
        if (counts.stream().anyMatch(count -> count > most)) {
            report.remark(
                    "A process may have "
                            + FileLimit.sockets()
                            + " sockets here: more cannot be measured.");
        }
        for (int count : possible) {
            report.goal(TABLE, row(count), LIVE, Goal.Bound.AT_MOST, MAX_KB);
            report.goal(TABLE, row(count), PER_CORE, Goal.Bound.AT_LEAST, MIN_PER_CORE);
        }
        report.finish(json);
        return 0;
    }

    private static String row(int count) {
        return count + " tunnels";
    }

    private void measure(int count) throws Exception {
        try (Workplace place = new Workplace();
                RelayChild relay = new RelayChild(place, jar, jvmOptions, List.of());
                // what a relay loads and compiles once is not a tunnel's; they stay, since an agent
                // that
                // is gone leaves a tunnel that waits for it
                NullAgentGroup _ = new NullAgentGroup(place, relay, count, warmUp)) {
            RelayProcess process = new RelayProcess(relay.pid());
            TimeUnit.SECONDS.sleep(settleSeconds);
            long live = process.settledBytes(settleSeconds);
            long asItIs = Child.residentBytes(relay.pid());
            double cpu = Child.cpuSeconds(relay.pid());
            long start = System.nanoTime();
            try (NullAgentGroup _ = new NullAgentGroup(place, relay, 0, count)) {
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuSeconds = Child.cpuSeconds(relay.pid()) - cpu;
                TimeUnit.SECONDS.sleep(settleSeconds);
                double grown = Child.residentBytes(relay.pid()) - asItIs;
                double liveGrown = process.settledBytes(settleSeconds) - live;
                add(count, LIVE, liveGrown / KB / count);
                add(count, AS_IT_IS, grown / KB / count);
                add(count, PER_CORE, count / cpuSeconds);
                add(count, PER_SECOND, count / seconds);
            }
        }
    }

    private void add(int count, String figure, double value) {
        report.add(TABLE, row(count), figure, value);
    }
}
