package dev.culvert.load.pglite;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    @Option(names = "--rounds", description = "How many rounds (${DEFAULT-VALUE})")
    private int rounds = 9;

    @Option(names = "--json", description = "File for the figures")
    private Optional<Path> json = Optional.empty();

    /** A line of the table; {@code goal} in the unit of {@code ratio}, or of {@code jvm}. */
    private record Line(
            String name, String unit, Samples node, Samples jvm, double ratio, double goal) {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new PGliteSpeed()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<Line> lines = new ArrayList<>();
        try (Side node = new NodeSide(npmPackage);
                Side jvm = new JvmSide()) {
            statements(node, jvm, lines);
        }
        try (Starts starts = new Starts()) {
            Starts.Result node = starts.inNode(npmPackage, rounds);
            starts("no options", node, starts.plain(rounds), lines);
            starts("class data archive", node, starts.archived(rounds), lines);
        }
        print(lines);
        if (json.isPresent()) {
            write(lines, json.get());
        }
        return 0;
    }

    private void statements(Side node, Side jvm, List<Line> lines) throws IOException {
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
                double[] ofNode = new double[rounds];
                double[] ofJvm = new double[rounds];
                double[] ratios = new double[rounds];
                for (int round = 0; round < rounds; round++) {
                    ofNode[round] = node.time(number, millis);
                    ofJvm[round] = jvm.time(number, millis);
                    ratios[round] = ofJvm[round] / ofNode[round];
                }
                lines.add(
                        new Line(
                                each.name(),
                                "µs",
                                Samples.of(ofNode),
                                Samples.of(ofJvm),
                                Samples.of(ratios).median(),
                                each.goal()));
            }
        }
    }

    private static void starts(
            String how, Starts.Result node, Starts.Result jvm, List<Line> lines) {
        lines.add(
                line(
                        "open a data directory, " + how,
                        "ms",
                        node.millis(),
                        jvm.millis(),
                        MOST_START_MILLIS));
        lines.add(
                line(
                        "resident memory after that",
                        "MB",
                        node.megabytes(),
                        jvm.megabytes(),
                        MOST_MEGABYTES));
    }

    private static Line line(String name, String unit, Samples node, Samples jvm, double goal) {
        return new Line(name, unit, node, jvm, jvm.median() / node.median(), goal);
    }

    private static void print(List<Line> lines) {
        System.out.println("| | Node | JVM | JVM / Node | at most |");
        System.out.println("|---|---:|---:|---:|---:|");
        for (Line line : lines) {
            System.out.printf(
                    "| %s, %s | %s | %s | %.2f | %s |%n",
                    line.name,
                    line.unit,
                    line.node,
                    line.jvm,
                    line.ratio,
                    line.unit.equals("µs") ? line.goal : "%.0f %s".formatted(line.goal, line.unit));
        }
    }

    private static void write(List<Line> lines, Path file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("java", System.getProperty("java.vm.version"));
        all.put("processors", Runtime.getRuntime().availableProcessors());
        all.put("lines", lines);
        Files.createDirectories(file.toAbsolutePath().getParent());
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), all);
    }
}
