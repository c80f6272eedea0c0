package dev.culvert.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.wasm.bytecode.IndirectCallSplitter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import run.endive.wasm.WasmEngineException;

class IndirectCallSplitterTest {

    /** Of up to 1024 functions of a type Endive makes one method, of more several. */
    @ParameterizedTest
    @ValueSource(ints = {900, 3000, 6000})
    void every_function_of_a_large_table_is_reached(int functions) throws Exception {
        Compiled whole = Compiled.of(Modules.indirectCalls(functions));
        assertThat(whole.largestMethod()).isGreaterThan(Compiled.HUGE_METHOD);

        Compiled cut = whole.with(IndirectCallSplitter::split);

        assertThat(cut.largestMethod()).isLessThanOrEqualTo(Compiled.HUGE_METHOD);
        var f = cut.instance().export("f");
        for (int i = 0; i < functions; i++) {
            assertThat(f.apply(i)).containsExactly(1000 + i);
        }
        assertThatThrownBy(() -> f.apply(functions)).isInstanceOf(WasmEngineException.class);
    }

    @Test
    void small_classes_stay_as_they_are() {
        Compiled whole = Compiled.of(Modules.indirectCalls(50));
        for (byte[] classFile : whole.classes().values()) {
            assertThat(IndirectCallSplitter.split(classFile)).isSameAs(classFile);
        }
    }
}
