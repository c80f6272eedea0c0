package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The globals that carry values from pieces to their callers, of every type as many as needed. */
final class ScratchGlobals {
    private final WasmModule module;
    private final Map<ValueType, List<Integer>> globals = new EnumMap<>(ValueType.class);

    ScratchGlobals(WasmModule module) {
        this.module = module;
    }

    /** The number of the n-th global of a type, which is added to the module if there is none. */
    int get(ValueType type, int n) {
        List<Integer> ofType = globals.computeIfAbsent(type, _ -> new ArrayList<>());
        while (ofType.size() <= n) {
            ofType.add(module.addGlobal(type));
        }
        return ofType.get(n);
    }
}
