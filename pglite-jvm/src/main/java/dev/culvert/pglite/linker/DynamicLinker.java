package dev.culvert.pglite.linker;

import dev.culvert.pglite.fs.ErrnoException;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.fs.Paths;
import dev.culvert.pglite.wasm.CompiledModules;
import dev.culvert.pglite.wasm.CompiledModules.CompiledModule;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.Instance;

/** {@code dlopen} and {@code dlsym} of one program. What is loaded stays loaded. */
public final class DynamicLinker {
    private static final int HANDLE_FLAGS = 4;
    private static final int HANDLE_ALLOCATED = 8;
    private static final int HANDLE_MEMORY = 12;
    private static final int HANDLE_MEMORY_SIZE = 16;
    private static final int HANDLE_TABLE = 20;
    private static final int HANDLE_TABLE_SIZE = 24;
    private static final int HANDLE_NAME = 36;
    private static final int GLOBAL = 256;

    private final MountTable files;
    private final Map<String, SideModule> byName = new HashMap<>();
    private final Map<Integer, SideModule> byHandle = new HashMap<>();
    private @Nullable Program program;
    private @Nullable FunctionTable functions;
    private @Nullable SymbolTable symbols;
    private int temporaryResult;

    public DynamicLinker(MountTable files) {
        this.files = files;
    }

    /** Adds the functions that the program, and side modules, import. */
    public void register(Map<String, HostCall> host) {
        host.put("_dlopen_js", a -> open((int) a[0]));
        host.put("_dlsym_js", a -> symbol((int) a[0], (int) a[1], (int) a[2]));
        // the upper half of a 64-bit result, of a module compiled to pass it beside
        host.put("setTempRet0", a -> temporaryResult = (int) a[0]);
        host.put("getTempRet0", a -> temporaryResult);
    }

    /** Sets the program, before it runs. */
    public void attach(Program newProgram) {
        this.program = newProgram;
    }

    private Program program() {
        return Objects.requireNonNull(program, "no program");
    }

    private FunctionTable functions() {
        if (functions == null) {
            functions = new FunctionTable(program());
        }
        return functions;
    }

    private SymbolTable symbols() {
        if (symbols == null) {
            symbols = new SymbolTable(program(), functions());
        }
        return symbols;
    }

    private long open(int handle) {
        LinearMemory memory = program().memory();
        String name = Paths.normalize("/", memory.string(handle + HANDLE_NAME));
        try {
            SideModule module = byName.get(name);
            if (module == null) {
                module = load(name, handle);
                byName.put(name, module);
                if ((memory.readInt(handle + HANDLE_FLAGS) & GLOBAL) != 0) {
                    symbols().publish(module);
                }
            }
            byHandle.put(handle, module);
            return 1;
        } catch (LinkException e) {
            return fail("could not load dynamic lib: " + name + "\n" + e.getMessage());
        } catch (ErrnoException e) {
            return fail("could not load dynamic lib: " + name + "\n" + e.errno());
        }
    }

    private long symbol(int handle, int namePointer, int positionPointer) {
        String name = program().memory().string(namePointer);
        SideModule module = byHandle.get(handle);
        Symbol symbol = module == null ? symbols().find(name).orElse(null) : module.find(name);
        if (symbol == null) {
            return fail(
                    "Tried to lookup unknown symbol \""
                            + name
                            + "\" in dynamic lib: "
                            + (module == null ? "__main__" : module.name()));
        }
        if (module != null) {
            program()
                    .memory()
                    .writeI32(
                            positionPointer, Objects.requireNonNull(module.positions().get(name)));
        }
        return symbols().address(symbol);
    }

    private long fail(String message) {
        Program owner = program();
        int stack = owner.stackSave();
        owner.call("__dl_seterr", owner.stackString(message), 0);
        owner.stackRestore(stack);
        return 0;
    }

    private SideModule load(String name, int handle) {
        byte[] content = files.readFile(name);
        CompiledModule compiled =
                CompiledModules.side(content)
                        .orElseThrow(() ->
                                new LinkException(
                                        "this library was not there when pglite-jvm was"
                                                + " built; only PGlite's own can be"
                                                + " loaded"));
        DylinkSection dylink = DylinkSection.read(content);
        if (!dylink.needed().isEmpty()) {
            throw new LinkException("needs other libraries: " + dylink.needed());
        }
        Program owner = program();
        int memoryBase = allocate(dylink);
        int tableBase = dylink.tableSize() == 0 ? 0 : functions().grow(dylink.tableSize());
        LinearMemory memory = owner.memory();
        memory.writeByte(handle + HANDLE_ALLOCATED, (byte) 1);
        memory.writeI32(handle + HANDLE_MEMORY, memoryBase);
        memory.writeI32(handle + HANDLE_MEMORY_SIZE, dylink.memorySize());
        memory.writeI32(handle + HANDLE_TABLE, tableBase);
        memory.writeI32(handle + HANDLE_TABLE_SIZE, dylink.tableSize());

        ModuleImports imports =
                new ModuleImports(owner, symbols(), dylink.weakImports(), memoryBase, tableBase);
        Instance instance =
                Instance.builder(compiled.module())
                        .withImportValues(imports.of(compiled.module()))
                        .withMachineFactory(compiled.machines())
                        .build();
        functions().note(tableBase, dylink.tableSize());
        SideModule exported = SymbolTable.addExports(instance, memoryBase);
        SideModule module = new SideModule(name, exported.exports(), exported.positions());
        List<String> missing = new ArrayList<>(symbols().resolve(module));
        symbols().forget(missing);
        missing.addAll(imports.resolveOwn(module));
        if (!missing.isEmpty()) {
            throw new LinkException("undefined symbols: " + missing);
        }
        for (String start : List.of("__wasm_apply_data_relocs", "__wasm_call_ctors")) {
            if (module.find(start) instanceof Symbol.Function function) {
                function.call(new long[0]);
            }
        }
        return module;
    }

    private int allocate(DylinkSection dylink) {
        if (dylink.memorySize() == 0) {
            return 0;
        }
        int alignment = 1 << dylink.memoryAlignment();
        int address = (int) program().call("calloc", dylink.memorySize() + alignment, 1);
        if (address == 0) {
            throw new LinkException("out of memory");
        }
        return (address + alignment - 1) & -alignment;
    }
}
