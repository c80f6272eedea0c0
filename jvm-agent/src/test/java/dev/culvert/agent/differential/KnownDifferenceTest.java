package dev.culvert.agent.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.it.SharedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownDifferenceTest {
    private static final String HEADING = "## ";

    @Test
    void the_page_and_the_test_know_the_same_differences() throws IOException {
        Path page = SharedDatabase.root().resolve("docs/pglite-differences.md");
        List<String> headings =
                Files.readAllLines(page).stream()
                        .filter(line -> line.startsWith(HEADING))
                        .map(line -> line.substring(HEADING.length()))
                        .toList();

        assertThat(headings)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(KnownDifference.values())
                                .map(KnownDifference::title)
                                .toList());
    }
}
