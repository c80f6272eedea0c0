package dev.culvert.load;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two databases behind paths that break: one under pgbench, the other copying known rows out and
 * in, again and again. No client may notice anything, and no row may be missing, wrong or doubled.
 */
final class ChaosRun {
    /**
     * What is done, and how badly it is treated.
     *
     * @param program the Node agent's
     * @param time how long pgbench runs, and at least how long rows are copied
     * @param breakEvery how long a tunnel's connection lives, on average
     * @param silence how long a connection that has fallen silent stays open
     * @param rows of one COPY
     * @param seed of the breaks
     */
    record Plan(
            Path program,
            Duration time,
            Duration breakEvery,
            Duration silence,
            KnownRows rows,
            long seed) {}

    /** What happened. */
    record Outcome(
            int transactions, int copies, long copiedBytes, int fins, int resets, int silences) {
        int breaks() {
            return fins + resets + silences;
        }
    }

    private static final Pattern PROCESSED =
            Pattern.compile("number of transactions actually processed: (\\d+)");

    private final Plan plan;
    private final LocalRelay relay;

    ChaosRun(Plan plan, LocalRelay relay) {
        this.plan = plan;
        this.relay = relay;
    }

    /**
     * Runs the plan.
     *
     * @throws AssertionError when a client saw an error, or bytes or transactions are missing or
     *     doubled
     */
    Outcome run() throws Exception {
        try (BreakingPath benchPath = path(plan.seed());
                BreakingPath copyPath = path(plan.seed() + 1);
                SharedPglite bench = new SharedPglite(relay, plan.program(), benchPath.port());
                SharedPglite copied = new SharedPglite(relay, plan.program(), copyPath.port())) {
            pgbench(bench, "-i", "-q", "-s", "1");
            benchPath.startBreaking();
            copyPath.startBreaking();
            CompletableFuture<Copies> copies = background(() -> copy(copied));
            int transactions = bench(bench);
            Copies done = copies.get();
            benchPath.stopBreaking();
            copyPath.stopBreaking();
            check(bench, transactions);
            return new Outcome(
                    transactions,
                    done.count(),
                    done.bytes(),
                    benchPath.breaks(BreakingPath.Break.FIN)
                            + copyPath.breaks(BreakingPath.Break.FIN),
                    benchPath.breaks(BreakingPath.Break.RST)
                            + copyPath.breaks(BreakingPath.Break.RST),
                    benchPath.breaks(BreakingPath.Break.SILENCE)
                            + copyPath.breaks(BreakingPath.Break.SILENCE));
        }
    }

    private BreakingPath path(long seed) throws IOException {
        return new BreakingPath(relay.httpsPort(), plan.breakEvery(), plan.silence(), seed);
    }

    // pgbench

    private int bench(SharedPglite database) throws Exception {
        String report =
                pgbench(
                        database,
                        "-n",
                        "-M",
                        "prepared",
                        "-T",
                        Long.toString(plan.time().toSeconds()));
        Matcher processed = PROCESSED.matcher(report);
        require(processed.find() && report.contains("failed transactions: 0 "), report);
        return Integer.parseInt(processed.group(1));
    }

    private static String pgbench(SharedPglite database, String... options) throws Exception {
        ProcessBuilder command = new ProcessBuilder("pgbench").redirectErrorStream(true);
        command.command().addAll(List.of(options));
        command.command().add(database.conninfo());
        command.environment().put("PGPASSWORD", database.password());
        Process process = command.start();
        String report = String.join("\n", process.inputReader().lines().toList());
        require(process.waitFor() == 0 && !report.contains("error:"), report);
        return report;
    }

    /** Every transaction left its trace exactly once: TPC-B's sums are equal. */
    private static void check(SharedPglite database, int transactions) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet sums =
                        statement.executeQuery(
                                "SELECT (SELECT count(*) FROM pgbench_history),"
                                        + " (SELECT sum(delta) FROM pgbench_history),"
                                        + " (SELECT sum(abalance) FROM pgbench_accounts),"
                                        + " (SELECT sum(tbalance) FROM pgbench_tellers),"
                                        + " (SELECT sum(bbalance) FROM pgbench_branches)")) {
            sums.next();
            require(
                    sums.getInt(1) == transactions,
                    sums.getInt(1) + " rows of history, " + transactions + " transactions");
            for (int column = 3; column <= 5; column++) {
                require(sums.getLong(column) == sums.getLong(2), "the balances differ");
            }
        }
    }

    // COPY

    private record Copies(int count, long bytes) {}

    private Copies copy(SharedPglite database) throws Exception {
        String expected = plan.rows().digest();
        long end = System.nanoTime() + plan.time().toNanos();
        int count = 0;
        long bytes = 0;
        ask(database, "CREATE SEQUENCE expected; CREATE TABLE wrong (i int, text text)");
        do {
            long size = copyOut(database, expected);
            copyIn(database);
            bytes += 2 * size;
            count += 2;
        } while (System.nanoTime() < end);
        return new Copies(count, bytes);
    }

    private long copyOut(SharedPglite database, String expected) throws Exception {
        Process psql = startPsql(database, "COPY (" + plan.rows().query() + ") TO STDOUT");
        psql.outputWriter().close();
        DigestOutputStream digest = KnownRows.digesting();
        long bytes = psql.getInputStream().transferTo(digest);
        awaitEnd(psql);
        String got = KnownRows.hex(digest);
        require(got.equals(expected), "COPY TO gave other bytes: " + got + ", not " + expected);
        return bytes;
    }

    /** Any size: the database checks each row, and keeps those that are wrong. */
    private void copyIn(SharedPglite database) throws Exception {
        ask(database, "ALTER SEQUENCE expected RESTART");
        Process psql = startPsql(database, "COPY wrong FROM STDIN WHERE " + plan.rows().isWrong());
        try (OutputStream in = new BufferedOutputStream(psql.getOutputStream())) {
            plan.rows().writeTo(in);
        }
        awaitEnd(psql);
        String found =
                ask(database, "SELECT last_value, (SELECT count(*) FROM wrong) FROM expected");
        require(
                found.equals(plan.rows().count() + "|0"),
                "COPY FROM took other rows: last and wrong ones are " + found);
    }

    private static String ask(SharedPglite database, String statement) throws Exception {
        Process psql = startPsql(database, statement);
        psql.outputWriter().close();
        String answer = String.join("\n", psql.inputReader().lines().toList());
        awaitEnd(psql);
        return answer;
    }

    private static Process startPsql(SharedPglite database, String statement) throws IOException {
        ProcessBuilder command =
                new ProcessBuilder(
                        "psql", "-X", "-q", "-A", "-t", "-c", statement, "-d", database.conninfo());
        command.environment().put("PGPASSWORD", database.password());
        return command.start();
    }

    private static void awaitEnd(Process psql) throws InterruptedException {
        String errors = String.join("\n", psql.errorReader().lines().toList());
        require(psql.waitFor() == 0 && errors.isEmpty(), "psql: " + errors);
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> background(Work<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        result.complete(work.run());
                    } catch (Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new AssertionError(otherwise);
        }
    }
}
