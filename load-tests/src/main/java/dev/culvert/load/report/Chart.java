package dev.culvert.load.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A bar chart, as SVG, of the medians of one figure: a group of bars for each of a program's
 * tables, a bar for each row.
 *
 * @param file its name, in docs/charts
 * @param program whose figures they are
 * @param tables only those whose title has this text in it
 * @param title above the chart
 */
record Chart(String file, String program, String tables, String figure, String title) {
    private static final int WIDTH = 720;
    private static final int LABEL_WIDTH = 170;
    private static final int VALUE_WIDTH = 60;
    private static final int LINE = 20;
    private static final int BAR = 14;

    /** Legible on white and on black. */
    private static final List<String> COLOURS = List.of("#7a869a", "#2f7fd6", "#a0a8b5", "#d9822b");

    /** The medians, by table and row. */
    Map<String, Map<String, Double>> medians(Results results) {
        Map<String, Map<String, Double>> medians = new LinkedHashMap<>();
        results.tables()
                .forEach((name, rows) -> {
                    Map<String, Double> own = new LinkedHashMap<>();
                    rows.forEach((row, figures) -> {
                        List<Double> rounds = figures.get(figure);
                        if (rounds != null) {
                            own.put(row, Samples.of(rounds).median());
                        }
                    });
                    if (name.contains(tables) && !own.isEmpty()) {
                        medians.put(name, own);
                    }
                });
        return medians;
    }

    /** Draws it. */
    String svg(Results results) {
        Map<String, Map<String, Double>> medians = medians(results);
        double most =
                medians.values().stream()
                        .flatMap(own -> own.values().stream())
                        .max(Double::compare)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "no figure " + figure + " of " + program));
        StringBuilder body = new StringBuilder();
        int y = LINE;
        body.append(text(0, y, "font-weight=\"bold\"", title));
        for (Map.Entry<String, Map<String, Double>> group : medians.entrySet()) {
            y += LINE + LINE / 2;
            body.append(text(0, y, "", group.getKey()));
            int colour = 0;
            for (Map.Entry<String, Double> bar : group.getValue().entrySet()) {
                y += LINE;
                body.append(bar(y, bar, most, COLOURS.get(colour++ % COLOURS.size())));
            }
        }
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
        font-family="sans-serif" font-size="12" fill="#57606a">
        %3$s</svg>
        """
                .formatted(WIDTH, y + LINE, body);
    }

    private static String bar(int y, Map.Entry<String, Double> bar, double most, String colour) {
        double length = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) * bar.getValue() / most;
        return text(LABEL_WIDTH - 8, y, "text-anchor=\"end\"", bar.getKey())
                + String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                        LABEL_WIDTH,
                        y - BAR + 3,
                        length,
                        BAR,
                        colour)
                + text(LABEL_WIDTH + (int) length + 6, y, "", Samples.number(bar.getValue()));
    }

    private static String text(int x, int y, String attributes, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        return "<text x=\"%d\" y=\"%d\" %s>%s</text>%n".formatted(x, y, attributes, escaped);
    }
}
