package dev.culvert.load.regress;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs PostgreSQL's regression tests, one after the other in the order of its schedule, as its own
 * {@code pg_regress} does: psql reads a script, and what it prints is what is expected, or not.
 *
 * <p>There is no {@code regress.so}: tests of functions in C fail. The database is called {@code
 * postgres}, and is one at a time: what connects anew in the midst of a test fails, too.
 */
@Command(name = "postgres-regression", mixinStandardHelpOptions = true)
public final class PostgresRegression implements Callable<Integer> {
    @Option(
            names = "--suite",
            required = true,
            description = "Folder src/test/regress of PostgreSQL's sources")
    private Path suite = Path.of("");

    @Option(
            names = "--psql",
            description = "psql, of the sources' version if its own commands matter")
    private String psql = "psql";

    @Option(names = "--output", description = "Folder for results and differences")
    private Path output = Path.of("load-tests/target/postgres-regression");

    @Option(names = "--seconds", description = "Most for a test (${DEFAULT-VALUE})")
    private int seconds = 300;

    @Parameters(description = "Tests to run; all of the schedule if none is named")
    private List<String> chosen = List.of();

    private enum Outcome {
        PASSED,
        FAILED,
        TIMED_OUT
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new PostgresRegression()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path results = Files.createDirectories(output.resolve("results"));
        Path data = Files.createTempDirectory("postgres-regression").resolve("data");
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        try (PGliteServer server = new PGliteServer(data)) {
            copyData(data);
            for (String test : chosen.isEmpty() ? schedule() : chosen) {
                int deaths = server.deaths();
                long start = System.nanoTime();
                Outcome outcome = run(test, server.port(), results);
                counts.merge(outcome, 1, Integer::sum);
                System.out.printf(
                        Locale.ROOT,
                        "%-9s %-28s %7.1f s%s%n",
                        outcome.name().toLowerCase(Locale.ROOT),
                        test,
                        (System.nanoTime() - start) / 1e9,
                        server.deaths() > deaths ? "  the database has died" : "");
            }
        } finally {
            delete(data.resolve(".."));
        }
        counts.forEach((outcome, count) ->
                System.out.println(outcome.name().toLowerCase(Locale.ROOT) + ": " + count));
        return 0;
    }

    private List<String> schedule() throws IOException {
        List<String> tests = new ArrayList<>();
        for (String line : Files.readAllLines(suite.resolve("parallel_schedule"))) {
            if (line.startsWith("test:")) {
                tests.addAll(List.of(line.substring(5).trim().split(" +", -1)));
            }
        }
        return tests;
    }

    /** Where the server sees them: in the data directory, which is a folder of its own. */
    private void copyData(Path data) throws IOException {
        Path target = data.resolve("regress/data");
        Files.createDirectories(target);
        Files.createDirectories(data.resolve("regress/results"));
        try (Stream<Path> files = Files.list(suite.resolve("data"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    private Outcome run(String test, int port, Path results)
            throws IOException, InterruptedException {
        File result = results.resolve(test + ".out").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(
                                psql,
                                "-X",
                                "-a",
                                "-q",
                                "-d",
                                "host=127.0.0.1 dbname=postgres user=postgres sslmode=disable"
                                        + " gssencmode=disable port="
                                        + port,
                                "-v",
                                "HIDE_TABLEAM=on",
                                "-v",
                                "HIDE_TOAST_COMPRESSION=on")
                        .redirectInput(suite.resolve("sql/" + test + ".sql").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(result);
        builder.environment().putAll(environment(test));
        Process process = builder.start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        boolean asExpected = matches(test, result.toPath());
        if (!ended) {
            return Outcome.TIMED_OUT;
        }
        return asExpected ? Outcome.PASSED : Outcome.FAILED;
    }

    /** As pg_regress sets it. */
    private static Map<String, String> environment(String test) {
        return Map.of(
                "PGAPPNAME", "pg_regress/" + test,
                "PGTZ", "America/Los_Angeles",
                "PGDATESTYLE", "Postgres, MDY",
                "PGOPTIONS", "-c intervalstyle=postgres_verbose",
                "LC_ALL", "C",
                "PG_ABS_SRCDIR", "/pglite/data/regress",
                "PG_ABS_BUILDDIR", "/pglite/data/regress",
                "PG_LIBDIR", "/pglite/lib/postgresql",
                "PG_DLSUFFIX", ".so");
    }

    /** Whether one of the expected files is met; the shortest difference is kept. */
    private boolean matches(String test, Path result) throws IOException, InterruptedException {
        @Nullable String best = null;
        try (Stream<Path> expected = Files.list(suite.resolve("expected"))) {
            for (Path file : (Iterable<Path>) expected.sorted()::iterator) {
                String name = file.getFileName().toString();
                if (name.equals(test + ".out") || name.matches(test + "_[0-9]\\.out")) {
                    String difference = difference(file, result);
                    if (best == null || difference.length() < best.length()) {
                        best = difference;
                    }
                }
            }
        }
        if (best == null) {
            throw new IOException("nothing is expected of " + test);
        }
        Files.writeString(output.resolve(test + ".diff"), best, StandardCharsets.ISO_8859_1);
        return best.isEmpty();
    }

    private static String difference(Path expected, Path result)
            throws IOException, InterruptedException {
        Process diff =
                new ProcessBuilder("diff", "-U3", expected.toString(), result.toString())
                        .redirectErrorStream(true)
                        .start();
        String text = new String(diff.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        diff.waitFor();
        return text;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder.normalize())) {
            for (Path path :
                    (Iterable<Path>) all.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
