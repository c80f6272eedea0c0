package dev.culvert.pglite.linker;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A loaded side module: what it exports, in the order of its own list. */
record SideModule(String name, Map<String, Symbol> exports, Map<String, Integer> positions) {
    static SideModule named(String name) {
        return new SideModule(name, new HashMap<>(), new HashMap<>());
    }

    void export(String symbol, Symbol value) {
        positions.put(symbol, positions.size());
        exports.put(symbol, value);
    }

    @Nullable Symbol find(String symbol) {
        return exports.get(symbol);
    }
}
