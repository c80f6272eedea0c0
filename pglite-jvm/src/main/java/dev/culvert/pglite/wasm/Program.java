package dev.culvert.pglite.wasm;

import dev.culvert.pglite.wasm.CompiledModules.CompiledModule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportMemory;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;
import run.endive.wasm.types.ValType;

/**
 * One instance of an Emscripten program. Not thread-safe: one thread runs it, and has a stack that
 * is large enough for what it runs.
 */
public final class Program {
    private static final int POINTER = 4;
    private static final long[] NOTHING = {};
    private static final long[] ZERO = {0};

    private final WasmModule module;
    private final LinearMemory memory;
    private final Map<String, HostCall> host;
    private final Instance instance;
    private final TableInstance table;
    private final GlobalInstance stackPointer;
    private final Map<String, ExportFunction> exports = new HashMap<>();

    /**
     * Instantiates a program. The host's functions may be added until the program calls them.
     *
     * @param memory of a program that imports its memory; others have their own
     */
    public Program(
            CompiledModule compiled, @Nullable LinearMemory memory, Map<String, HostCall> host) {
        this.module = compiled.module();
        this.host = host;
        ImportValues.Builder imports = ImportValues.builder().withFunctions(importFunctions());
        if (memory != null) {
            imports.addMemory(new ImportMemory("env", "memory", memory));
        }
        this.instance =
                Instance.builder(module)
                        .withImportValues(imports.build())
                        .withMachineFactory(compiled.machines())
                        .withMemoryFactory(limits ->
                                new LinearMemory(limits.initialPages(), limits.maximumPages()))
                        .withTableFactory(Program::growableTable)
                        .build();
        this.memory = (LinearMemory) instance.memory();
        this.table = instance.exports().table("__indirect_function_table");
        this.stackPointer = instance.exports().global("__stack_pointer");
    }

    /**
     * The module's table has limits of its own, which grow with it; a module has many instances.
     */
    private static TableInstance growableTable(Table table, int value) {
        return new TableInstance(
                new Table(
                        table.elementType(),
                        new TableLimits(table.limits().min(), TableLimits.LIMIT_MAX)),
                value);
    }

    private List<ImportFunction> importFunctions() {
        List<ImportFunction> functions = new ArrayList<>();
        module.importSection().stream()
                .forEach(each -> {
                    if (each instanceof FunctionImport function) {
                        FunctionType type = module.typeSection().getType(function.typeIndex());
                        functions.add(hostFunction(function.module(), function.name(), type));
                    }
                });
        return functions;
    }

    /** What a module that imports this name gets from the host, if the host has it. */
    public ImportFunction hostFunction(String moduleName, String name, FunctionType type) {
        boolean returns = !type.returns().isEmpty();
        if (name.startsWith("invoke_")) {
            return new HostFunction(
                    moduleName, name, type, (caller, arguments) -> invoke(arguments, returns));
        }
        if (name.equals("_emscripten_throw_longjmp")) {
            return new HostFunction(
                    moduleName,
                    name,
                    type,
                    (caller, arguments) -> {
                        throw Longjmp.INSTANCE;
                    });
        }
        HostCall call = host.get(name);
        if (call == null) {
            throw new IllegalStateException("the host has no function " + name);
        }
        return returns
                ? new HostFunction(
                        moduleName,
                        name,
                        type,
                        (caller, arguments) -> new long[] {call.call(arguments)})
                : new HostFunction(
                        moduleName,
                        name,
                        type,
                        (caller, arguments) -> {
                            call.call(arguments);
                            return NOTHING;
                        });
    }

    /** Whether the host has a function of this name. */
    public boolean hasHostFunction(String name) {
        return name.startsWith("invoke_")
                || name.equals("_emscripten_throw_longjmp")
                || host.containsKey(name);
    }

    /** Calls through the table, and survives a longjmp out of the call. */
    private long[] invoke(long[] arguments, boolean returns) {
        long stack = stackPointer.getValue();
        try {
            return callTable(
                    (int) arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (Longjmp e) {
            stackPointer.setValue(stack);
            call("setThrew", 1, 0);
            return returns ? ZERO : NOTHING;
        } catch (ExitException e) {
            stackPointer.setValue(stack);
            throw e;
        }
    }

    /** Calls the function at this place of the table. */
    public long[] callTable(int index, long... arguments) {
        int function = table.requiredRef(index);
        Instance owner = table.instance(index);
        return (owner == null ? instance : owner).getMachine().call(function, arguments);
    }

    /** Calls an export; 0 when it returns nothing. */
    public long call(String name, long... arguments) {
        long[] result = exports.computeIfAbsent(name, instance::export).apply(arguments);
        return result == null || result.length == 0 ? 0 : result[0];
    }

    /** Runs C's {@code main}, and returns what it returned or exited with. */
    public int main(List<String> arguments) {
        int stack = stackSave();
        try {
            int argv = stackAllocate((arguments.size() + 1) * POINTER);
            for (int i = 0; i < arguments.size(); i++) {
                memory.writeI32(argv + i * POINTER, stackString(arguments.get(i)));
            }
            memory.writeI32(argv + arguments.size() * POINTER, 0);
            return (int) call("__main_argc_argv", arguments.size(), argv);
        } catch (ExitException e) {
            return e.status();
        } finally {
            stackRestore(stack);
        }
    }

    /** Puts host functions of these types into the table, and returns the place of the first. */
    public int addCallbacks(List<HostCall> calls, List<Integer> parameterCounts) {
        return Callbacks.add(this, calls, parameterCounts);
    }

    public int stackSave() {
        return (int) stackPointer.getValue();
    }

    public void stackRestore(int pointer) {
        stackPointer.setValue(pointer);
    }

    /** Memory on the program's stack, aligned to 16 bytes; gone with {@link #stackRestore}. */
    public int stackAllocate(int size) {
        int pointer = (stackSave() - size) & -16;
        stackPointer.setValue(pointer);
        return pointer;
    }

    /** A zero-terminated string on the program's stack. */
    public int stackString(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int pointer = stackAllocate(encoded.length + 1);
        memory.write(pointer, encoded, 0, encoded.length);
        memory.writeByte(pointer + encoded.length, (byte) 0);
        return pointer;
    }

    /** The address of an exported variable. */
    public int address(String name) {
        return (int) instance.exports().global(name).getValue();
    }

    public WasmModule module() {
        return module;
    }

    public Instance instance() {
        return instance;
    }

    public TableInstance table() {
        return table;
    }

    public LinearMemory memory() {
        return memory;
    }

    public GlobalInstance stackPointer() {
        return stackPointer;
    }

    static FunctionType integers(int parameters) {
        List<ValType> types = new ArrayList<>();
        for (int i = 0; i < parameters; i++) {
            types.add(ValType.I32);
        }
        return FunctionType.of(types, List.of(ValType.I32));
    }
}
