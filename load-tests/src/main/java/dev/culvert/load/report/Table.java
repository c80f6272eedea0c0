package dev.culvert.load.report;

import java.util.ArrayList;
import java.util.List;

/** A table as Markdown has it, with columns that line up. */
public final class Table {
    private static final String RULE = "---";

    private final String title;
    private final List<List<String>> rows = new ArrayList<>();

    /** A table with an empty head over the rows' names. */
    public Table(String title, List<String> heads) {
        this.title = title;
        row("", heads);
    }

    /** Adds a row of as many cells as there are heads. */
    public void row(String name, List<String> cells) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(cells);
        rows.add(row);
    }

    @Override
    public String toString() {
        return "\n" + title + "\n\n" + body();
    }

    /** Without its title. */
    String body() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            text.append(line(rows.get(i)));
            if (i == 0) {
                text.append(line(rows.get(0).stream().map(_ -> RULE).toList()));
            }
        }
        return text.toString();
    }

    private String line(List<String> cells) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            line.append(' ').append(cell).repeat(' ', width(column) - cell.length()).append(" |");
        }
        return line.append('\n').toString();
    }

    private int width(int column) {
        return rows.stream()
                .mapToInt(row -> row.get(column).length())
                .reduce(RULE.length(), Math::max);
    }
}
