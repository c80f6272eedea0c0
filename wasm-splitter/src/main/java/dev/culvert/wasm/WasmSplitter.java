package dev.culvert.wasm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the functions of a WebAssembly module that would become too large as JVM bytecode into
 * pieces.
 *
 * <p>A large function is cut again and again, and so are the pieces, until each is below the limit
 * or nothing is left that can be moved. Functions that use what {@link BodyReader} does not know
 * stay as they are.
 */
public final class WasmSplitter {
    /** Bytes of bytecode, as estimated: HotSpot compiles methods of at most 8000. */
    public static final int DEFAULT_LIMIT = 7000;

    /** A function has few switches that are large; grouping the same one again would not end. */
    private static final int MOST_SWITCHES = 4;

    /**
     * A function so many times above the limit is most likely a switch, such as an interpreter's:
     * its dispatch is shortest when the cases are grouped before anything is moved.
     */
    private static final int MANY_TIMES = 3;

    /** Trees are as deep as functions are nested, and {@code switch} statements are nests. */
    private static final long STACK_BYTES = 512L << 20;

    /**
     * What was done.
     *
     * @param module the new module
     * @param split functions that were cut
     * @param pieces functions that were added
     * @param stillLarge functions, among them pieces, that stayed above the limit
     */
    public record Result(byte[] module, int split, int pieces, int stillLarge) {}

    private final WasmModule module;
    private final int limit;
    private final Outliner outliner;
    private int split;
    private int pieces;
    private int stillLarge;

    private WasmSplitter(WasmModule module, int limit) {
        this.module = module;
        this.limit = limit;
        this.outliner = new Outliner(module);
    }

    /**
     * Splits a module's large functions.
     *
     * @param module a valid module in the binary format
     * @param limit how many bytes of bytecode a function may have, estimated
     * @throws WasmFormatException if the module is none, or uses types that are not numbers
     */
    public static Result split(byte[] module, int limit) {
        var splitter = new WasmSplitter(WasmModule.parse(module), limit);
        var failure = new AtomicReference<@Nullable Throwable>();
        var thread = new Thread(null, splitter::splitFunctions, "wasm-splitter", STACK_BYTES);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("the module could not be split", thrown);
        }
        return new Result(
                splitter.module.toByteArray(),
                splitter.split,
                splitter.pieces,
                splitter.stillLarge);
    }

    private void splitFunctions() {
        int count = module.functionCount();
        for (int function = module.importedFunctions(); function < count; function++) {
            FunctionCode code;
            try {
                code = BodyReader.read(module, function);
            } catch (UnsupportedCodeException e) {
                continue;
            }
            if (Summary.sizeOf(code) > limit) {
                split++;
                splitFunction(function, code);
            }
        }
    }

    private void splitFunction(int function, FunctionCode code) {
        var waiting = new ArrayDeque<Outliner.Piece>();
        waiting.add(new Outliner.Piece(function, code));
        while (!waiting.isEmpty()) {
            Outliner.Piece next = waiting.remove();
            waiting.addAll(cut(next.code()));
            module.setBody(next.function(), BodyWriter.write(next.code()));
        }
    }

    /** Cuts pieces out of a function until it is small enough, or nothing helps. */
    private List<Outliner.Piece> cut(FunctionCode code) {
        List<Outliner.Piece> cut = new ArrayList<>();
        // leaves room for what leads into a group and out of it
        int groupSize = limit * 3 / 5;
        int groupings = 0;
        if (Summary.sizeOf(code) / limit >= MANY_TIMES && SwitchGrouping.apply(code, groupSize)) {
            groupings++;
        }
        while (Summary.sizeOf(code) > limit) {
            List<Region> regions = OutlinePlanner.plan(code, limit);
            for (Region region : regions) {
                cut.add(outliner.outline(code, region));
            }
            if (regions.isEmpty()) {
                if (groupings++ == MOST_SWITCHES || !SwitchGrouping.apply(code, groupSize)) {
                    stillLarge++;
                    break;
                }
            }
        }
        pieces += cut.size();
        return cut;
    }
}
