package dev.culvert.pglite.build;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.TypeSection;

/**
 * One numbering of function types for the main module and everything that it loads: the main
 * module's own numbers, and behind them the types that only side modules use.
 *
 * <p>Endive checks an indirect call from one instance to another by the bare number of the type,
 * and so calls between modules only work when equal numbers mean equal types.
 */
final class TypePool {
    private final List<FunctionType> types = new ArrayList<>();
    private final Map<FunctionType, Integer> numbers = new HashMap<>();

    static TypePool of(byte[] main, Collection<byte[]> sides) {
        TypePool pool = new TypePool();
        Parser typesOnly = Parser.builder().withValidation(false).build();
        TypeSection own = Parser.parse(main).typeSection();
        for (int i = 0; i < own.typeCount(); i++) {
            pool.types.add(own.getType(i));
            pool.numbers.putIfAbsent(own.getType(i), i);
        }
        for (byte[] side : sides) {
            TypeSection section =
                    typesOnly.parse(() -> new java.io.ByteArrayInputStream(side)).typeSection();
            for (int i = 0; i < section.typeCount(); i++) {
                FunctionType type = section.getType(i);
                if (pool.numbers.putIfAbsent(type, pool.types.size()) == null) {
                    pool.types.add(type);
                }
            }
        }
        return pool;
    }

    /** For each type number of the module, the pool's. */
    int[] renumbering(WasmModule module) {
        int[] mapping = new int[module.typeSection().typeCount()];
        for (int i = 0; i < mapping.length; i++) {
            Integer number = numbers.get(module.typeSection().getType(i));
            if (number == null) {
                throw new IllegalArgumentException("type " + i + " is not in the pool");
            }
            mapping[i] = number;
        }
        return mapping;
    }

    TypeSection section() {
        TypeSection.Builder builder = TypeSection.builder();
        types.forEach(builder::addFunctionType);
        return builder.build();
    }

    List<FunctionType> types() {
        return types;
    }
}
