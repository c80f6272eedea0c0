package dev.culvert.wasm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The splitter as a command: {@code input.wasm output.wasm [limit]}. */
public final class SplitCommand {
    private SplitCommand() {}

    /**
     * Splits a module.
     *
     * @param args the file to read, the file to write and, if not the default, the limit in bytes
     *     of bytecode
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: SplitCommand input.wasm output.wasm [limit]");
            System.exit(2);
        }
        int limit = args.length == 3 ? Integer.parseInt(args[2]) : WasmSplitter.DEFAULT_LIMIT;
        var result = WasmSplitter.split(Files.readAllBytes(Path.of(args[0])), limit);
        Files.write(Path.of(args[1]), result.module());
        System.out.printf(
                "%d functions split, %d pieces added, %d still large%n",
                result.split(), result.pieces(), result.stillLarge());
    }
}
