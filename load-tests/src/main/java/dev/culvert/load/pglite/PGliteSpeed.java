package dev.culvert.load.pglite;

import dev.culvert.load.report.Goal.Bound;
import dev.culvert.load.report.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * PGlite in the JVM beside PGlite in Node, in one run: the same batches, by turns, so that what
 * else the machine does befalls both; then how long each takes to open a database, and how much
 * memory.
 */
@Command(name = "pglite-speed", mixinStandardHelpOptions = true)
public final class PGliteSpeed implements Callable<Integer> {
    private static final String TABLE = "PGlite in the JVM beside PGlite in Node";
    private static final String NODE = "Node";
    private static final String JVM = "JVM";
    private static final String RATIO = "JVM / Node";

    private static final double MOST_START_MILLIS = 1500;
    private static final double MOST_MEGABYTES = 450;

    @Option(names = "--package", description = "Folder of PGlite's npm package")
    private Path npmPackage = Path.of("browser-agent/node_modules/@electric-sql/pglite");

    @Option(
            names = "--warm-up",
            description = "Milliseconds to run each case before it is measured (${DEFAULT-VALUE})")
    private int warmUpMillis = 3000;

    @Option(
            names = "--millis",
            description = "Milliseconds to measure each case in a round (${DEFAULT-VALUE})")
    private int millis = 500;

    @Option(
            names = "--forks",
            description =
                    "How many processes of each, one after the other: a JVM compiles by what it"
                            + " happened to see, and stays with it (${DEFAULT-VALUE})")
    private int forks = 3;

    @Option(names = "--rounds", description = "How many rounds in each (${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(names = "--starts", description = "How often a database is opened (${DEFAULT-VALUE})")
    private int times = 9;

    @Option(names = "--json", description = "File for the figures")
    private Optional<Path> json = Optional.empty();

    private final Report report = new Report("pglite-speed");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new PGliteSpeed()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        for (int fork = 0; fork < forks; fork++) {
            try (Side node = ChildSide.inNode(npmPackage);
                    Side jvm = ChildSide.inJvm()) {
                statements(node, jvm);
            }
        }
        SpeedCase.ALL.stream()
                .filter(SpeedCase::timed)
                .forEach(each -> report.goal(TABLE, row(each), RATIO, Bound.AT_MOST, each.goal()));
        try (Starts starts = new Starts()) {
            Starts.Result node = starts.inNode(npmPackage, times);
            starts("no options", node, starts.plain(times));
            starts("class data archive", node, starts.archived(times));
        }
        report.finish(json.orElse(null));
        return 0;
    }

    private void statements(Side node, Side jvm) throws IOException {
        for (int number = 0; number < SpeedCase.ALL.size(); number++) {
            if (SpeedCase.ALL.get(number).timed()) {
                node.time(number, warmUpMillis);
                jvm.time(number, warmUpMillis);
            } else {
                node.once(number);
                jvm.once(number);
            }
        }
        for (int number = 0; number < SpeedCase.ALL.size(); number++) {
            SpeedCase each = SpeedCase.ALL.get(number);
            if (each.timed()) {
                for (int round = 0; round < rounds; round++) {
                    add(row(each), node.time(number, millis), jvm.time(number, millis));
                }
            }
        }
    }

    private static String row(SpeedCase each) {
        return each.name() + ", µs";
    }

    private void starts(String how, Starts.Result node, Starts.Result jvm) {
        String open = "open a data directory, " + how + ", ms";
        String memory = "resident memory after that, " + how + ", MB";
        for (int round = 0; round < times; round++) {
            add(open, node.millis().get(round), jvm.millis().get(round));
            add(memory, node.megabytes().get(round), jvm.megabytes().get(round));
        }
        report.goal(TABLE, open, JVM, Bound.AT_MOST, MOST_START_MILLIS);
        report.goal(TABLE, memory, JVM, Bound.AT_MOST, MOST_MEGABYTES);
    }

    private void add(String row, double node, double jvm) {
        report.add(TABLE, row, NODE, node);
        report.add(TABLE, row, JVM, jvm);
        report.add(TABLE, row, RATIO, jvm / node);
    }
}
