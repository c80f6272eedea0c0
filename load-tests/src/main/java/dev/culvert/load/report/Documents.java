package dev.culvert.load.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes what programs found out into the documents, between {@code <!-- figures: WHAT -->} and
 * {@code <!-- end of figures -->}. WHAT is the name of a program, for all of its tables and goals;
 * {@code goals}, for those of all programs; or {@code goals /REGEX/}, for those whose first column
 * matches.
 */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Writes the committed results into the documents, and draws the charts.")
public final class Documents implements Callable<Integer> {
    /** Where results are, and where charts go. */
    private static final String RESULTS = "load-tests/results";

    private static final String CHARTS = "docs/charts";

    /** The documents that have places for figures. */
    static final List<String> FILES = List.of("docs/performance.md", "README.md");

    static final List<Chart> ALL_CHARTS =
            List.of(
                    new Chart(
                            "latency.svg",
                            "compare",
                            "SELECT 1, ",
                            "p50, µs",
                            "SELECT 1, one client: median, µs"),
                    new Chart("copy.svg", "compare", "COPY", "MB/s", "COPY: MB/s"),
                    new Chart(
                            "copy-cpu.svg",
                            "compare",
                            "COPY",
                            "CPU ms per MB, everybody",
                            "COPY: CPU ms per MB, of client, middle and server"));

    private static final Pattern PLACE =
            Pattern.compile(
                    "(<!-- figures: (\\S+)(?: /([^\n]*)/)? -->\n).*?(<!-- end of figures -->)",
                    Pattern.DOTALL);

    @Option(names = "--root", defaultValue = ".", description = "The folder of the repository.")
    private Path root = Path.of("");

    private final Map<String, Results> results = new TreeMap<>();

    /** For picocli. */
    Documents() {}

    /** Of a repository. */
    Documents(Path root) {
        this.root = root;
    }

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Documents()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        read();
        for (String file : FILES) {
            Files.writeString(root.resolve(file), text(file));
        }
        Files.createDirectories(root.resolve(CHARTS));
        for (Chart chart : ALL_CHARTS) {
            Files.writeString(file(chart), chart.svg(of(chart.program())));
        }
        return 0;
    }

    /** Reads all results. */
    void read() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(RESULTS))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
                Results read = Results.read(file);
                results.put(read.program(), read);
            }
        }
    }

    /** What a document's text has to be. */
    String text(String file) throws IOException {
        return PLACE.matcher(Files.readString(root.resolve(file)))
                .replaceAll(place -> Matcher.quoteReplacement(fill(place)));
    }

    Path file(Chart chart) {
        return root.resolve(CHARTS).resolve(chart.file());
    }

    /** A program's. */
    Results of(String program) {
        return Objects.requireNonNull(results.get(program), "no results of " + program);
    }

    private String fill(MatchResult place) {
        String what = place.group(2);
        String text = what.equals("goals") ? goals(place.group(3)) : program(of(what));
        return place.group(1) + text + "\n" + place.group(4);
    }

    private String goals(@Nullable String regex) {
        Pattern pattern = Pattern.compile(regex == null ? "" : regex);
        return Results.goals(
                        "",
                        results.values().stream()
                                .flatMap(each -> each.goals().stream())
                                .filter(goal -> pattern.matcher(goal.what()).find())
                                .toList())
                .body();
    }

    private static String program(Results found) {
        return found
                + "\n"
                + "Measured %s, commit %s: %s."
                        .formatted(found.date(), found.commit(), found.machine())
                + "\n";
    }
}
