package dev.culvert.pglite.linker;

import dev.culvert.pglite.wasm.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportGlobal;
import run.endive.runtime.ImportMemory;
import run.endive.runtime.ImportTable;
import run.endive.runtime.ImportValues;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.GlobalImport;
import run.endive.wasm.types.Import;
import run.endive.wasm.types.MemoryImport;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.TableImport;
import run.endive.wasm.types.ValType;

/** What a side module imports, from the host, the program, and modules before it. */
final class ModuleImports {
    private static final int ERROR = 21;
    private static final int FEATURE_NOT_SUPPORTED = ('A' - '0') << 6;

    /**
     * What conversions between character sets are made with. A client encoding that can be set but
     * not converted would leave a session that understands no statement any more.
     */
    private static final Set<String> INDISPENSABLE = Set.of("LocalToUtf", "UtfToLocal");

    private final Program program;
    private final SymbolTable symbols;
    private final Set<String> weak;
    private final int memoryBase;
    private final int tableBase;
    private final List<String> late = new ArrayList<>();
    private @Nullable SideModule own;

    ModuleImports(
            Program program, SymbolTable symbols, Set<String> weak, int memoryBase, int tableBase) {
        this.program = program;
        this.symbols = symbols;
        this.weak = weak;
        this.memoryBase = memoryBase;
        this.tableBase = tableBase;
    }

    /**
     * Lets functions that were nowhere to be found be the module's own.
     *
     * @return those that are not, if nothing works without them. Others fail when they are called
     */
    List<String> resolveOwn(SideModule module) {
        this.own = module;
        return late.stream()
                .filter(name -> INDISPENSABLE.contains(name) && module.find(name) == null)
                .toList();
    }

    ImportValues of(WasmModule module) {
        List<ImportFunction> functions = new ArrayList<>();
        ImportValues.Builder values = ImportValues.builder();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import each = module.importSection().getImport(i);
            switch (each) {
                case FunctionImport function ->
                        functions.add(
                                function(
                                        function,
                                        module.typeSection().getType(function.typeIndex())));
                case MemoryImport memory ->
                        values.addMemory(
                                new ImportMemory(memory.module(), memory.name(), program.memory()));
                case TableImport table ->
                        values.addTable(
                                new ImportTable(table.module(), table.name(), program.table()));
                case GlobalImport global ->
                        values.addGlobal(
                                new ImportGlobal(global.module(), global.name(), global(global)));
                default -> throw new LinkException("import of " + each.importType());
            }
        }
        return values.withFunctions(functions).build();
    }

    private GlobalInstance global(GlobalImport global) {
        if (global.module().startsWith("GOT.")) {
            return symbols.entry(global.name(), weak.contains(global.name()));
        }
        return switch (global.name()) {
            case "__stack_pointer" -> program.stackPointer();
            case "__memory_base" -> constant(memoryBase);
            case "__table_base" -> constant(tableBase);
            default -> throw new LinkException("unknown global " + global.name());
        };
    }

    private static GlobalInstance constant(int value) {
        return GlobalInstance.builder()
                .valueLow(value)
                .valType(ValType.I32)
                .mutabilityType(MutabilityType.Const)
                .build();
    }

    private ImportFunction function(FunctionImport imported, FunctionType type) {
        String name = imported.name();
        if (program.hasHostFunction(name)) {
            return program.hostFunction(imported.module(), name, type);
        }
        if (symbols.find(name).orElse(null) instanceof Symbol.Function function) {
            return new ImportFunction(
                    imported.module(), name, type, (caller, arguments) -> function.call(arguments));
        }
        late.add(name);
        return new ImportFunction(
                imported.module(), name, type, (caller, arguments) -> late(name).call(arguments));
    }

    /** A function that was not there when the module was loaded, at the time of the first call. */
    private Symbol.Function late(String name) {
        Symbol symbol = symbols.find(name).orElse(own == null ? null : own.find(name));
        if (symbol instanceof Symbol.Function function) {
            return function;
        }
        int stack = program.stackSave();
        int message =
                program.stackString(
                        "function \"" + name + "\" is not part of this build of PGlite");
        int nowhere = program.stackString("");
        program.call("errstart_cold", ERROR, 0);
        program.call("errcode", FEATURE_NOT_SUPPORTED);
        program.call("errmsg_internal", message, 0);
        program.call("errfinish", nowhere, 0, nowhere);
        program.stackRestore(stack);
        throw new IllegalStateException("errfinish returned");
    }
}
