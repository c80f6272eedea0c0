package dev.culvert.load.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a program finds out: tables of rows and figures, with the value of every round. As text, the
 * median and the range; as JSON, everything, and the machine.
 */
public final class Report {
    private final String program;
    private final Machine machine;
    private final Map<String, Map<String, Map<String, List<Double>>>> tables =
            new LinkedHashMap<>();
    private final List<Goal> goals = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    /** Of the program with this name, which has not begun to work. */
    public Report(String program) {
        this.program = program;
        this.machine = Machine.current();
    }

    /** Adds a round's value. */
    public void add(String table, String row, String figure, double value) {
        tables.computeIfAbsent(table, _ -> new LinkedHashMap<>())
                .computeIfAbsent(row, _ -> new LinkedHashMap<>())
                .computeIfAbsent(figure, _ -> new ArrayList<>())
                .add(value);
    }

    /** The median and the range of what was added. */
    public Samples of(String table, String row, String figure) {
        return Samples.of(
                Objects.requireNonNull(
                        Objects.requireNonNull(Objects.requireNonNull(tables.get(table)).get(row))
                                .get(figure)));
    }

    /** Adds a sentence that follows the tables. */
    public void remark(String text) {
        remarks.add(text);
    }

    /** Adds a goal for a median that was added. */
    public void goal(String table, String row, String figure, Goal.Bound bound, double limit) {
        goal(table + ", " + row, figure, of(table, row, figure).median(), bound, limit);
    }

    /** Adds a goal for what follows from several medians. */
    public void goal(String what, String figure, double value, Goal.Bound bound, double limit) {
        goals.add(new Goal(what, figure, value, bound, limit));
    }

    /** Prints, and writes JSON if there is a file for it. */
    public void finish(@Nullable Path json) throws IOException, InterruptedException {
        Results results =
                new Results(
                        program,
                        LocalDate.now(ZoneOffset.UTC).toString(),
                        Machine.commit(),
                        machine,
                        tables,
                        goals,
                        remarks);
        System.out.print(results);
        if (json != null) {
            results.write(json);
        }
    }
}
