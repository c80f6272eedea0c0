package dev.culvert.load.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a program found out, as its JSON has it.
 *
 * @param commit what was measured
 * @param tables by title: by row: by figure: the value of every round
 */
public record Results(
        String program,
        String date,
        String commit,
        Machine machine,
        Map<String, Map<String, Map<String, List<Double>>>> tables,
        List<Goal> goals,
        List<String> remarks) {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Reads a program's JSON. */
    public static Results read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Results.class);
    }

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, JSON.writeValueAsString(this) + "\n");
    }

    /** One of its tables: the medians, and the ranges if there were several rounds. */
    Table table(String title) {
        Map<String, Map<String, List<Double>>> rows = tables.getOrDefault(title, Map.of());
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

    /** All of it, as text for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        tables.keySet().forEach(title -> text.append(table(title)));
        if (!goals.isEmpty()) {
            text.append(goals("Goals", goals));
        }
        if (!remarks.isEmpty()) {
            text.append('\n');
            remarks.forEach(remark -> text.append(remark).append('\n'));
        }
        return text.toString();
    }

    /** Goals as a table: what came of each, and how far from the limit that is. */
    static Table goals(String title, List<Goal> goals) {
        Table table = new Table(title, List.of("figure", "measured", "goal", "ratio", ""));
        for (Goal goal : goals) {
            table.row(
                    goal.what(),
                    List.of(
                            goal.figure(),
                            Samples.number(goal.value()),
                            goal.bound().label() + " " + Samples.number(goal.limit()),
                            Samples.number(goal.ratio()),
                            goal.holds() ? "met" : "**not met**"));
        }
        return table;
    }
}
