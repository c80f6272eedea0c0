package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JVM answers what Node answers, byte for byte. */
@Timeout(180)
class SameAnswersTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"types.sql", "statements.sql"})
    void every_statement_of_the_corpus_is_answered_alike(String name) throws Exception {
        List<String> statements = statements(name);
        ByteArrayOutputStream batches = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(batches);
        for (String statement : statements) {
            byte[] batch = Sql.query(statement);
            out.writeInt(batch.length);
            out.write(batch);
        }
        Path in = Files.write(folder.resolve("batches"), batches.toByteArray());
        Path answers = folder.resolve("answers");

        NodePGlite.run(folder, "corpus", in.toString(), answers.toString());

        ByteBuffer expected = ByteBuffer.wrap(Files.readAllBytes(answers));
        List<String> different = new ArrayList<>();
        try (PGlite db = PGlite.inMemory()) {
            for (String statement : statements) {
                byte[] ofNode = new byte[expected.getInt()];
                expected.get(ofNode);
                byte[] own = db.exec(Sql.query(statement));
                if (!java.util.Arrays.equals(ofNode, own)) {
                    different.add(
                            statement
                                    + "\n  Node "
                                    + Sql.parse(ofNode)
                                    + "\n  JVM  "
                                    + Sql.parse(own));
                }
            }
        }
        assertThat(different).isEmpty();
    }

    private static List<String> statements(String name) throws Exception {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        SameAnswersTest.class.getResourceAsStream(
                                                "corpus/" + name)),
                                StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.startsWith("--")).toList();
        }
    }
}
