package dev.culvert.pglite.linker;

import dev.culvert.pglite.wasm.Program;
import java.util.HashMap;
import java.util.Map;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;

/** Addresses of functions: a function has one place in the table, wherever its address is taken. */
final class FunctionTable {
    private static final int NULL_REFERENCE = -1;

    private record Function(Instance instance, int index) {}

    private final TableInstance table;
    private final Instance main;
    private final Map<Function, Integer> addresses = new HashMap<>();

    FunctionTable(Program program) {
        this.table = program.table();
        this.main = program.instance();
        note(0, table.size());
    }

    /** Makes room, and returns where it begins. */
    int grow(int entries) {
        return table.grow(entries, NULL_REFERENCE, null);
    }

    /** Remembers the functions at these places, which a module has filled. */
    void note(int from, int count) {
        for (int address = from; address < from + count; address++) {
            int index = table.ref(address);
            Instance owner = table.instance(address);
            if (index != NULL_REFERENCE) {
                addresses.putIfAbsent(new Function(owner == null ? main : owner, index), address);
            }
        }
    }

    /** The function's address; it gets one if it has none. */
    int address(Instance instance, int index) {
        return addresses.computeIfAbsent(
                new Function(instance, index),
                function -> {
                    int address = grow(1);
                    table.setRef(address, index, instance);
                    return address;
                });
    }
}
