package dev.culvert.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PGlite's own JavaScript, with the module as it is and in pieces: every answer is the same. */
class PgliteAnswersIT {
    private static final Path PGLITE =
            Path.of("../browser-agent/node_modules/@electric-sql/pglite/dist");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void sql_is_answered_with_the_same_bytes(@TempDir Path temporary)
            throws IOException, InterruptedException {
        assertThat(PGLITE.resolve("pglite.wasm"))
                .as("PGlite, which `npm ci` in browser-agent installs")
                .exists();
        byte[] module = Files.readAllBytes(PGLITE.resolve("pglite.wasm"));
        var result = WasmSplitter.split(module, WasmSplitter.DEFAULT_LIMIT);
        assertThat(result.split()).isGreaterThan(100);
        assertThat(result.stillLarge()).isZero();
        Path inPieces = temporary.resolve("pglite.wasm");
        Files.write(inPieces, result.module());

        Path output = temporary.resolve("output");
        int exit =
                new ProcessBuilder(
                                "node",
                                "src/test/node/compare.mjs",
                                PGLITE.toString(),
                                inPieces.toString(),
                                "src/test/resources/corpus.sql")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start()
                        .waitFor();

        assertThat(exit).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
    }
}
