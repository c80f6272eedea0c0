package dev.culvert.load.report;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a bar chart of the medians in a program's JSON. */
@Command(
        name = "chart",
        mixinStandardHelpOptions = true,
        description = "Draws one figure of a program's JSON as SVG.")
public final class Chart implements Callable<Integer> {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 380;

    @Parameters(index = "0", description = "What a program wrote with --json.")
    private Path json = Path.of("");

    @Parameters(index = "1", description = "The SVG file to write.")
    private Path svg = Path.of("");

    @Option(
            names = "--figure",
            required = true,
            description = "Which figure; without a known one, the error names them all.")
    private String figure = "";

    @Option(names = "--table", description = "Only tables whose title has this text in it.")
    private String table = "";

    @Option(names = "--title", defaultValue = "", description = "Above the chart.")
    private String title = "";

    /** Runs the program. */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(new CommandLine(new Chart()).execute(args));
    }

    /** Exit code 2 when no table has the figure. */
    @Override
    public Integer call() throws IOException {
        Map<String, Map<String, Map<String, List<Double>>>> tables =
                new ObjectMapper().readValue(json.toFile(), new TypeReference<>() {});
        Set<String> known = new TreeSet<>();
        List<String> names = new ArrayList<>();
        List<Map<String, Double>> medians = new ArrayList<>();
        Set<String> rows = new LinkedHashSet<>();
        tables.forEach((name, values) -> {
            Map<String, Double> own = new LinkedHashMap<>();
            values.forEach((row, figures) -> {
                known.addAll(figures.keySet());
                List<Double> rounds = figures.get(figure);
                if (rounds != null) {
                    own.put(row, Samples.of(rounds).median());
                }
            });
            if (name.contains(table) && !own.isEmpty()) {
                names.add(name);
                medians.add(own);
                rows.addAll(own.keySet());
            }
        });
        if (names.isEmpty()) {
            System.err.println("No such figure in a table with that title. Figures: " + known);
            return 2;
        }
        Files.write(svg, draw(names, List.copyOf(rows), medians));
        return 0;
    }

    /** One group of bars for each table, one colour for each row. */
    private byte[] draw(List<String> names, List<String> rows, List<Map<String, Double>> medians)
            throws IOException {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .yAxisTitle(figure)
                        .build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setChartBackgroundColor(Color.WHITE)
                .setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11))
                .setToolTipsEnabled(false);
        chart.getStyler().setLabelsVisible(true).setAvailableSpaceFill(0.8);
        for (String row : rows) {
            chart.addSeries(
                    row, names, medians.stream().map(own -> own.getOrDefault(row, 0.0)).toList());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        return bytes.toByteArray();
    }
}
