package dev.culvert.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import run.endive.runtime.Instance;
import run.endive.runtime.TrapException;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

class WasmSplitterTest {
    /** What a run shows to the outside. */
    private record Outcome(String result, long g, long h, int memoryHash) {}

    @ParameterizedTest
    @ValueSource(ints = {250, 400, 900})
    void random_functions_do_the_same_in_pieces(int limit) {
        int split = 0;
        int pieces = 0;
        for (long seed = 0; seed < 150; seed++) {
            byte[] before = RandomFunction.module(seed);
            var result = WasmSplitter.split(before, limit);
            split += result.split();
            pieces += result.pieces();
            Instance original = instance(before);
            Instance inPieces = instance(result.module());
            for (long[] args : arguments()) {
                assertThat(run(inPieces, args))
                        .as("seed %d, limit %d, %s", seed, limit, Arrays.toString(args))
                        .isEqualTo(run(original, args));
            }
        }
        assertThat(split).isGreaterThan(100);
        assertThat(pieces).isGreaterThan(100);
    }

    private static List<long[]> arguments() {
        return List.of(
                new long[] {0, 0, 0},
                new long[] {1, -1, Double.doubleToRawLongBits(1.5)},
                new long[] {-7, 1L << 40, Double.doubleToRawLongBits(-2)});
    }

    @ParameterizedTest
    @ValueSource(ints = {150, 300, 1500})
    void a_large_switch_does_the_same_in_pieces(int cases) {
        byte[] before = Modules.switchOf(cases, 8);
        var result = WasmSplitter.split(before, WasmSplitter.DEFAULT_LIMIT);
        assertThat(result.stillLarge()).isZero();
        Instance original = instance(before);
        Instance inPieces = instance(result.module());
        for (int selector = -1; selector <= cases + 1; selector++) {
            assertThat(run(inPieces, selector))
                    .as("selector %d", selector)
                    .isEqualTo(run(original, selector));
        }
    }

    @Test
    void what_is_too_large_for_a_method_fits_in_pieces() {
        byte[] before = Modules.switchOf(2000, 12);
        var result = WasmSplitter.split(before, WasmSplitter.DEFAULT_LIMIT);

        assertThat(Compiled.of(before).interpreted()).isNotEmpty();
        var compiled = Compiled.of(result.module());
        assertThat(compiled.interpreted()).isEmpty();
        assertThat(compiled.largestMethod()).isLessThanOrEqualTo(Compiled.HUGE_METHOD);
    }

    @Test
    void a_small_function_stays_as_it_is() {
        byte[] module = Modules.switchOf(3, 2);
        var result = WasmSplitter.split(module, WasmSplitter.DEFAULT_LIMIT);
        assertThat(result.module()).isEqualTo(module);
        assertThat(result.split()).isZero();
    }

    @Test
    void code_that_is_not_understood_stays_as_it_is() {
        // blocks with a parameter, which only the type section can describe
        var out = new ByteWriter();
        for (int i = 0; i < 100; i++) {
            out.u8(0x02).u8(0).u8(0x0b); // block of the helper's type, on what lies on the stack
        }
        byte[] code =
                new ByteWriter().u8(0x41).u8(1).bytes(out.toByteArray()).u8(0x0b).toByteArray();
        byte[] module =
                Modules.of(new FunctionType(List.of(), List.of(ValueType.I32)), List.of(), code);
        assertThat(WasmSplitter.split(module, 50).module()).isEqualTo(module);
    }

    @Test
    void what_is_no_module_is_refused() {
        assertThatThrownBy(() -> WasmSplitter.split(new byte[] {1, 2, 3}, 100))
                .isInstanceOf(WasmFormatException.class);
        byte[] module = Modules.switchOf(3, 2);
        byte[] inTheMiddleOfCode = Arrays.copyOf(module, module.length - 3);
        assertThatThrownBy(() -> WasmSplitter.split(inTheMiddleOfCode, 100))
                .isInstanceOf(WasmFormatException.class);
    }

    private static Instance instance(byte[] module) {
        return Instance.builder(Parser.parse(module)).build();
    }

    private static Outcome run(Instance instance, long... args) {
        String result;
        try {
            long[] values = instance.export("f").apply(args);
            result = values == null ? "none" : Arrays.toString(values);
        } catch (TrapException e) {
            result = "trap";
        } catch (WasmEngineException e) {
            result = "error " + e.getMessage();
        }
        return new Outcome(
                result,
                instance.exports().global("g").getValue(),
                instance.exports().global("h").getValue(),
                Arrays.hashCode(instance.memory().readBytes(0, 4096)));
    }
}
