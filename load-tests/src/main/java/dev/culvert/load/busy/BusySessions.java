package dev.culvert.load.busy;

import dev.culvert.load.nulls.NullAgentGroup;
import dev.culvert.load.nulls.NullClients;
import dev.culvert.load.process.Child;
import dev.culvert.load.process.FileLimit;
import dev.culvert.load.process.Processors;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.RelayProcess;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Goal;
import dev.culvert.load.report.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Thousands of clients, each with a tunnel of its own and a query a second: how long they wait,
 * what the relay needs for it. A tunnel has one client at a time, so that there are as many tunnels
 * as clients; with several, one would wait for the other's session to end.
 */
@Command(
        name = "busy-sessions",
        mixinStandardHelpOptions = true,
        description = "Many sessions with a SELECT 1 each second.")
public final class BusySessions implements Callable<Integer> {
    private static final String TABLE = "sessions with a SELECT 1 each second";
    private static final String P99 = "p99, ms";
    private static final double MAX_P99_MILLIS = 50;
    private static final double KB = 1_024;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1000,10000",
            description = "How many (${DEFAULT-VALUE}).")
    private List<Integer> counts = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "For how long the clients ask (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds that they ask before it counts (${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--settle",
            defaultValue = "1",
            description = "Seconds until memory is looked at again (${DEFAULT-VALUE}).")
    private int settleSeconds;

    @Option(
            names = "--jvm",
            description = "An option of the relay's JVM; may be given several times.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("busy-sessions");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BusySessions()).execute(args));
    }

    /** Exit code 1 when there was an error. */
    @Override
    public Integer call() throws Exception {
        // the relay has two sockets for each
        int most = FileLimit.sockets() / 2;
        List<Integer> possible = counts.stream().map(count -> Math.min(count, most)).toList();
        long errors = 0;
        for (int round = 0; round < rounds; round++) {
            for (int count : possible) {
                errors += measure(count);
            }
        }
        if (counts.stream().anyMatch(count -> count > most)) {
            report.remark(
                    "A process may have "
                            + FileLimit.sockets()
                            + " sockets here: more cannot be measured.");
        }
        for (int count : possible) {
            report.goal(TABLE, row(count), P99, Goal.Bound.AT_MOST, MAX_P99_MILLIS);
        }
        report.remark(errors + " errors");
        report.finish(json);
        return errors == 0 ? 0 : 1;
    }

    private static String row(int count) {
        return count + " clients, " + count + " tunnels";
    }

    private long measure(int count) throws Exception {
        try (Workplace place = new Workplace();
                RelayChild relay = new RelayChild(place, jar, jvmOptions, List.of());
                NullAgentGroup agents = new NullAgentGroup(place, relay, 0, count)) {
            RelayProcess process = new RelayProcess(relay.pid());
            long before = process.settledBytes(settleSeconds);
            try (Child clients =
                    Child.start(
                            place.java(
                                    NullClients.class,
                                    Integer.toString(relay.postgresPort()),
                                    Workplace.DOMAIN,
                                    place.ca().toString(),
                                    Integer.toString(count),
                                    "0",
                                    Double.toString(warmUpSeconds),
                                    Double.toString(seconds)),
                            Map.of(),
                            place.log("clients"))) {
                clients.line();
                add(
                        count,
                        "resident KB per session",
                        (process.settledBytes(settleSeconds) - before) / KB / count);
                clients.say("start");
                clients.line();
                Processors machine = Processors.now();
                Map<String, List<Long>> all =
                        Map.of(
                                "relay", List.of(relay.pid()),
                                "agents", agents.pids(),
                                "clients", List.of(clients.pid()));
                Map<String, Double> cpu = cpu(all);
                String[] found = clients.line().split(" ", -1);
                double busy = Processors.now().percentSince(machine);
                Map<String, Double> cpuAfter = cpu(all);
                double answers = Double.parseDouble(found[0]);
                for (String who : List.of("relay", "agents", "clients")) {
                    add(
                            count,
                            "CPU µs per query, " + who,
                            (cpuAfter.getOrDefault(who, 0.0) - cpu.getOrDefault(who, 0.0))
                                    * 1e6
                                    / answers);
                }
                add(count, "machine busy, %", busy);
                add(count, "queries per second", answers / seconds);
                add(count, "p50, ms", Double.parseDouble(found[2]));
                add(count, P99, Double.parseDouble(found[3]));
                add(count, "most, ms", Double.parseDouble(found[4]));
                add(count, "errors", Double.parseDouble(found[1]));
                return Long.parseLong(found[1]);
            }
        }
    }

    /** Seconds of each. */
    private static Map<String, Double> cpu(Map<String, List<Long>> processes) {
        return processes.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                each ->
                                        each.getValue().stream()
                                                .mapToDouble(Child::cpuSeconds)
                                                .sum()));
    }

    private void add(int count, String figure, double value) {
        report.add(TABLE, row(count), figure, value);
    }
}
