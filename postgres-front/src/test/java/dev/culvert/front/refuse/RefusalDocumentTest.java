package dev.culvert.front.refuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RefusalDocumentTest {
    private static final Path DOCUMENT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                    .resolve("docs/refusals.md");

    @Test
    void the_page_in_docs_is_up_to_date() throws IOException {
        if (Boolean.getBoolean("culvert.docs.write")) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, RefusalDocument.text());
        }

        assertThat(DOCUMENT)
                .as("run this test with -Dculvert.docs.write=true to write it anew")
                .content()
                .isEqualTo(RefusalDocument.text());
    }

    @Test
    void the_page_knows_every_reason() {
        assertThat(RefusalDocument.reasons()).containsExactlyInAnyOrder(Reason.values());
    }
}
