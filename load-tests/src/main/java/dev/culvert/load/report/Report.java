package dev.culvert.load.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a program found out: tables of rows and figures, with the value of every round. As text, the
 * median and the range; as JSON, everything: table, row, figure, values.
 */
public final class Report {
    private final Map<String, Map<String, Map<String, List<Double>>>> tables =
            new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();

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

    /** Adds what a median is beside its goal: a ratio, at most 1 if it holds. */
    public void goal(String table, String row, String figure, Bound bound, double goal) {
        double median = of(table, row, figure).median();
        double ratio = bound == Bound.AT_MOST ? median / goal : goal / median;
        remark(
                String.format(
                        Locale.ROOT,
                        "%s, %s, %s: %.1f, the goal is %s %.0f: %s (%.2f)",
                        table,
                        row,
                        figure,
                        median,
                        bound == Bound.AT_MOST ? "at most" : "at least",
                        goal,
                        ratio <= 1 ? "holds" : "DOES NOT HOLD",
                        ratio));
    }

    /** Which side of a goal is good. */
    public enum Bound {
        AT_MOST,
        AT_LEAST
    }

    /** Prints, and writes JSON if there is a file for it. */
    public void finish(@Nullable Path json) throws IOException {
        System.out.print(this);
        if (json != null) {
            Files.writeString(
                    json,
                    new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(tables));
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        tables.forEach((title, rows) -> text.append(table(title, rows)));
        if (!remarks.isEmpty()) {
            text.append('\n');
            remarks.forEach(remark -> text.append(remark).append('\n'));
        }
        return text.toString();
    }

    private static Table table(String title, Map<String, Map<String, List<Double>>> rows) {
        List<String> figures =
                rows.values().stream().flatMap(row -> row.keySet().stream()).distinct().toList();
        int rounds =
                rows.values().stream()
                        .flatMap(row -> row.values().stream())
                        .mapToInt(List::size)
                        .max()
                        .orElse(0);
        Table table =
                new Table(
                        rounds > 1 ? title + ": median of %d (range)".formatted(rounds) : title,
                        figures);
        rows.forEach((name, values) ->
                table.row(
                        name,
                        figures.stream()
                                .map(values::get)
                                .map(list -> list == null ? "" : Samples.of(list).toString())
                                .toList()));
        return table;
    }
}
