package dev.culvert.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
    private static final Path ROOT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."));

    @Test
    void the_documents_say_what_the_committed_results_say() throws IOException {
        Documents documents = new Documents(ROOT);
        documents.read();

        for (String file : Documents.FILES) {
            assertThat(ROOT.resolve(file))
                    .as("load-tests/report writes it anew")
                    .content()
                    .contains("<!-- figures: ")
                    .isEqualTo(documents.text(file));
        }
    }

    @Test
    void the_charts_show_what_the_committed_results_say() throws IOException {
        Documents documents = new Documents(ROOT);
        documents.read();

        for (Chart chart : Documents.ALL_CHARTS) {
            assertThat(documents.file(chart))
                    .as("load-tests/report draws it anew")
                    .content()
                    .isEqualTo(chart.svg(documents.of(chart.program())));
        }
    }

    @Test
    void figures_and_goals_stand_between_the_marks(@TempDir Path root) throws Exception {
        Report report = new Report("some");
        report.add("a load", "one", "ms", 3);
        report.add("a load", "one", "ms", 1);
        report.add("a load", "one", "ms", 2.5);
        report.goal("a load", "one", "ms", Goal.Bound.AT_MOST, 2);
        report.goal("another", "MB/s", 80, Goal.Bound.AT_LEAST, 40);
        report.finish(root.resolve("load-tests/results/some.json"));
        Files.createDirectory(root.resolve("docs"));
        for (String file : Documents.FILES) {
            Files.writeString(
                    root.resolve(file),
                    """
                    Before.
                    <!-- figures: some -->
                    old
                    <!-- end of figures -->
                    Between.
                    <!-- figures: goals /^another/ -->
                    <!-- end of figures -->
                    After.
                    <!-- figures: goals /^a (load|b)/ -->
                    <!-- end of figures -->
                    """);
        }
        Documents documents = new Documents(root);
        documents.read();

        String text = documents.text(Documents.FILES.getFirst());

        assertThat(text)
                .contains("Before.\n<!-- figures: some -->\n", "Between.\n", "After.\n")
                .contains("a load: median of 3 (range)", "| one | 2.50 (1–3) |")
                .containsPattern(
                        "a load, one +\\| ms +\\| 2.50 +\\| at most 2 +\\| 1.25 +\\| \\*\\*not met")
                .doesNotContain("old");
        assertThat(text.substring(text.indexOf("After.")))
                .containsPattern("a load, one +\\| ms")
                .doesNotContain("another");
        assertThat(text.substring(text.indexOf("Between."), text.indexOf("After.")))
                .containsPattern("another +\\| MB/s +\\| 80 +\\| at least 40 +\\| 0.50 +\\| met")
                .doesNotContain("a load");
    }

    @Test
    void a_chart_has_a_bar_for_every_row_of_every_table() throws IOException {
        Results results =
                new Results(
                        "some",
                        "2000-01-01",
                        "abc",
                        Machine.current(),
                        Map.of("a load", Map.of("one", Map.of("ms", List.of(1.0, 2.0, 9.0)))),
                        List.of(),
                        List.of());
        Chart chart = new Chart("some.svg", "some", "load", "ms", "A title");

        assertThat(chart.medians(results)).isEqualTo(Map.of("a load", Map.of("one", 2.0)));
        assertThat(chart.svg(results))
                .startsWith("<svg ")
                .contains(">A title</text>", ">a load</text>", ">one</text>", ">2</text>")
                .containsOnlyOnce("<rect ")
                .endsWith("</svg>\n");
    }
}
