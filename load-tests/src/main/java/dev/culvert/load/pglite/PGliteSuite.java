package dev.culvert.load.pglite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The SQL of PGlite's own tests, in Node and in the JVM: whether the answers are the same, byte for
 * byte. What is random, or a time, differs in its nature.
 */
@Command(name = "pglite-suite", mixinStandardHelpOptions = true)
public final class PGliteSuite implements Callable<Integer> {
    @Option(names = "--package", description = "Folder of PGlite's npm package")
    private Path npmPackage = Path.of("browser-agent/node_modules/@electric-sql/pglite");

    @Option(
            names = "--tests",
            required = true,
            description = "Folder packages/pglite/tests of PGlite's sources")
    private Path tests = Path.of("");

    private int same;
    private int different;
    private int thrown;

    public static void main(String[] args) {
        System.exit(new CommandLine(new PGliteSuite()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path answers = Files.createTempFile("pglite-suite", ".json");
        runNode(answers);
        String file = "";
        @Nullable PGlite db = null;
        for (String line : Files.readAllLines(answers)) {
            JsonNode statement = new ObjectMapper().readTree(line);
            if (db == null || !file.equals(statement.get("file").asText())) {
                close(db);
                file = statement.get("file").asText();
                db = PGlite.inMemory();
            }
            compare(db, file, statement.get("sql").asText(), statement.get("answer"));
        }
        close(db);
        Files.delete(answers);
        System.out.printf(
                "%d answers are the same, %d differ; %d statements on which PGlite in Node threw%n",
                same, different, thrown);
        return 0;
    }

    private void runNode(Path answers) throws IOException, InterruptedException {
        Path script = Files.createTempFile("suite-side", ".mjs");
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("suite-side.mjs"))) {
            Files.write(script, in.readAllBytes());
        }
        List<String> command =
                List.of(
                        "node",
                        script.toString(),
                        npmPackage.toAbsolutePath().normalize().toString(),
                        tests.toAbsolutePath().toString(),
                        answers.toString());
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        Files.delete(script);
        if (status != 0) {
            throw new IOException("node has failed");
        }
    }

    private static void close(@Nullable PGlite db) {
        if (db != null) {
            db.close();
        }
    }

    private void compare(PGlite db, String file, String sql, JsonNode ofNode) {
        byte[] own;
        try {
            own = db.exec(SpeedCase.query(sql));
        } catch (PGliteException e) {
            own = ("thrown: " + e.getMessage()).getBytes(StandardCharsets.UTF_8);
        }
        if (ofNode.isNull()) {
            thrown++;
        } else if (Arrays.equals(own, Base64.getDecoder().decode(ofNode.asText()))) {
            same++;
        } else {
            different++;
            System.out.println(file + ": " + sql.strip());
            System.out.println("  Node " + text(Base64.getDecoder().decode(ofNode.asText())));
            System.out.println("  JVM  " + text(own));
        }
    }

    private static String text(byte[] answer) {
        String text = new String(answer, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ");
        return text.length() > 400 ? text.substring(0, 400) + "…" : text;
    }
}
