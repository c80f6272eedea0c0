package dev.culvert.pglite.linker;

import dev.culvert.pglite.wasm.Program;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.Instance;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExportSection;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.ValType;

/**
 * The symbols that everybody sees (the program's first, then those of each module in the order of
 * loading) and the global offset table, through which modules reach each other's addresses.
 */
final class SymbolTable {
    private static final int UNRESOLVED = -1;
    private static final Set<String> INTERNAL =
            Set.of(
                    "memory",
                    "__memory_base",
                    "__table_base",
                    "__stack_pointer",
                    "__indirect_function_table",
                    "__wasm_apply_data_relocs",
                    "__dso_handle",
                    "__wasm_call_ctors");

    private final Map<String, Symbol> global = new HashMap<>();
    private final Map<String, GlobalInstance> offsets = new HashMap<>();
    private final Set<String> required = new HashSet<>();
    private final FunctionTable functions;

    SymbolTable(Program program, FunctionTable functions) {
        this.functions = functions;
        addExports(program.instance(), 0).exports().forEach(global::put);
    }

    /** An instance's exports, its variables moved to where its memory begins. */
    static SideModule addExports(Instance instance, int memoryBase) {
        SideModule module = SideModule.named("");
        ExportSection section = instance.module().exportSection();
        for (int i = 0; i < section.exportCount(); i++) {
            Export export = section.getExport(i);
            if (export.exportType() == ExternalType.FUNCTION) {
                module.export(export.name(), new Symbol.Function(instance, export.index()));
            } else if (export.exportType() == ExternalType.GLOBAL
                    && !INTERNAL.contains(export.name())) {
                int address = (int) instance.global(export.index()).getValue();
                module.export(export.name(), new Symbol.Data(address + memoryBase));
            }
        }
        return module;
    }

    Optional<Symbol> find(String name) {
        return Optional.ofNullable(global.get(name));
    }

    /** Lets everybody see a module's symbols; what is there already stays. */
    void publish(SideModule module) {
        module.exports().forEach(global::putIfAbsent);
    }

    /** The offset table's entry for a symbol that a module imports. */
    GlobalInstance entry(String name, boolean weak) {
        if (!weak) {
            required.add(name);
        }
        return offsets.computeIfAbsent(
                name,
                fresh ->
                        GlobalInstance.builder()
                                .valueLow(UNRESOLVED)
                                .valType(ValType.I32)
                                .mutabilityType(MutabilityType.Var)
                                .build());
    }

    /** Fills the open entries from the global symbols, and from a module that is being loaded. */
    List<String> resolve(SideModule module) {
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue().getValue() == UNRESOLVED)
                .filter(entry -> !resolve(entry.getKey(), entry.getValue(), module))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean resolve(String name, GlobalInstance entry, SideModule module) {
        Symbol symbol = global.get(name);
        if (symbol == null && !INTERNAL.contains(name)) {
            symbol = module.find(name);
        }
        if (symbol == null && required.contains(name)) {
            return false;
        }
        entry.setValue(symbol == null ? 0 : address(symbol));
        return true;
    }

    /** Forgets entries of a module that could not be loaded. */
    void forget(List<String> names) {
        names.forEach(offsets::remove);
        names.forEach(required::remove);
    }

    int address(@Nullable Symbol symbol) {
        return switch (symbol) {
            case Symbol.Function function ->
                    functions.address(function.instance(), function.index());
            case Symbol.Data data -> data.address();
            case null -> 0;
        };
    }
}
