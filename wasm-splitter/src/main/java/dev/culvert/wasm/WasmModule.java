package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.List;

/**
 * A module's sections, of which those that functions depend on are understood: types, the functions
 * and globals that are imported, functions, globals and code. The others are copied.
 *
 * <p>New types, functions and globals come after the existing ones, whose numbers stay. Not
 * thread-safe.
 */
final class WasmModule {
    private static final byte[] MAGIC = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final int TYPE = 1;
    private static final int IMPORT = 2;
    private static final int FUNCTION = 3;
    private static final int GLOBAL = 6;
    private static final int CODE = 10;

    /** Names have no place in what is written: they would not say what the pieces are. */
    private record Section(int id, byte[] content) {}

    /** A mutable global that begins as zero. */
    private record AddedGlobal(ValueType type) {}

    private final List<Section> sections = new ArrayList<>();
    private final List<FunctionType> types = new ArrayList<>();
    private final List<ValueType> globals = new ArrayList<>();
    private final List<Integer> functionTypes = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<AddedGlobal> addedGlobals = new ArrayList<>();
    private int importedFunctions;
    private int definedGlobals;
    private int readTypes;

    private WasmModule() {}

    /**
     * Reads a module.
     *
     * @throws WasmFormatException if it is none, or has types that are not numbers
     */
    static WasmModule parse(byte[] bytes) {
        var module = new WasmModule();
        var in = new ByteReader(bytes);
        for (byte expected : MAGIC) {
            if (in.u8() != expected) {
                throw new WasmFormatException("not a WebAssembly module of version 1", 0);
            }
        }
        while (in.hasMore()) {
            int id = in.u8();
            int length = in.u32();
            int start = in.position();
            ByteReader section = in.slice(length);
            module.sections.add(new Section(id, in.copy(start, in.position())));
            switch (id) {
                case TYPE -> module.readTypes(section);
                case IMPORT -> module.readImports(section);
                case FUNCTION -> {
                    for (int count = section.u32(); count > 0; count--) {
                        module.functionTypes.add(section.u32());
                    }
                }
                case GLOBAL -> module.readGlobals(section);
                case CODE -> {
                    for (int count = section.u32(); count > 0; count--) {
                        int size = section.u32();
                        int from = section.position();
                        section.skip(size);
                        module.bodies.add(section.copy(from, from + size));
                    }
                }
                default -> {}
            }
        }
        if (module.functionTypes.stream().anyMatch(type -> type >= module.types.size())) {
            throw new WasmFormatException("a function of a type that is not there");
        }
        if (module.bodies.size() != module.functionTypes.size() - module.importedFunctions) {
            throw new WasmFormatException("as many functions as bodies were expected");
        }
        return module;
    }

    private void readTypes(ByteReader in) {
        for (int count = in.u32(); count > 0; count--) {
            if (in.u8() != 0x60) {
                throw new WasmFormatException(
                        "only types of functions are supported", in.position());
            }
            types.add(new FunctionType(readValueTypes(in), readValueTypes(in)));
        }
        readTypes = types.size();
    }

    private static List<ValueType> readValueTypes(ByteReader in) {
        List<ValueType> read = new ArrayList<>();
        for (int count = in.u32(); count > 0; count--) {
            read.add(ValueType.of(in.u8()));
        }
        return read;
    }

    private void readImports(ByteReader in) {
        for (int count = in.u32(); count > 0; count--) {
            in.skip(in.u32());
            in.skip(in.u32());
            int kind = in.u8();
            switch (kind) {
                case 0 -> {
                    functionTypes.add(in.u32());
                    importedFunctions++;
                }
                case 1 -> {
                    in.skip(1);
                    skipLimits(in);
                }
                case 2 -> skipLimits(in);
                case 3 -> {
                    globals.add(ValueType.of(in.u8()));
                    in.skip(1);
                }
                default -> throw new WasmFormatException("import of kind " + kind, in.position());
            }
        }
    }

    private static void skipLimits(ByteReader in) {
        int flags = in.u8();
        in.s64();
        if ((flags & 1) != 0) {
            in.s64();
        }
    }

    private void readGlobals(ByteReader in) {
        definedGlobals = in.u32();
        for (int count = definedGlobals; count > 0; count--) {
            globals.add(ValueType.of(in.u8()));
            in.skip(1);
            int opcode = in.u8();
            switch (opcode) {
                case 0x23 -> in.u32();
                case 0x41, 0x42 -> in.s64();
                case 0x43 -> in.skip(4);
                case 0x44 -> in.skip(8);
                default -> throw new WasmFormatException("a global's first value", in.position());
            }
            if (in.u8() != 0x0b) {
                throw new WasmFormatException("a global's first value is computed", in.position());
            }
        }
    }

    int functionCount() {
        return functionTypes.size();
    }

    int importedFunctions() {
        return importedFunctions;
    }

    FunctionType type(int index) {
        return types.get(index);
    }

    FunctionType functionType(int function) {
        return types.get(functionTypes.get(function));
    }

    ValueType globalType(int global) {
        return globals.get(global);
    }

    /**
     * The locals and the code of a function that is not imported, as the binary format has them.
     */
    byte[] body(int function) {
        return bodies.get(function - importedFunctions);
    }

    void setBody(int function, byte[] body) {
        bodies.set(function - importedFunctions, body);
    }

    /** Adds a function, whose body must be set before the module is written. Returns its number. */
    int addFunction(FunctionType type) {
        int index = types.indexOf(type);
        if (index < 0) {
            index = types.size();
            types.add(type);
        }
        functionTypes.add(index);
        bodies.add(new byte[0]);
        return functionTypes.size() - 1;
    }

    /** Adds a mutable global that begins as zero. Returns its number. */
    int addGlobal(ValueType type) {
        addedGlobals.add(new AddedGlobal(type));
        globals.add(type);
        return globals.size() - 1;
    }

    /** The module in the binary format. */
    byte[] toByteArray() {
        var out = new ByteWriter().bytes(MAGIC);
        boolean hasGlobals = sections.stream().anyMatch(section -> section.id == GLOBAL);
        for (Section section : sections) {
            // globals have their place before exports, start, elements, code and data
            if (!hasGlobals && section.id > GLOBAL && !addedGlobals.isEmpty()) {
                out.u8(GLOBAL).sized(writeGlobals(new byte[] {0}));
                hasGlobals = true;
            }
            byte[] content =
                    switch (section.id) {
                        case TYPE -> writeTypes(section.content);
                        case FUNCTION -> writeFunctions();
                        case GLOBAL -> writeGlobals(section.content);
                        case CODE -> writeCode();
                        default -> section.content;
                    };
            out.u8(section.id).sized(content);
        }
        return out.toByteArray();
    }

    private byte[] writeTypes(byte[] before) {
        var out = new ByteWriter().u32(types.size()).bytes(withoutCount(before));
        for (FunctionType type : types.subList(readTypes, types.size())) {
            out.u8(0x60);
            for (List<ValueType> part : List.of(type.params(), type.results())) {
                out.u32(part.size());
                part.forEach(value -> out.u8(value.code));
            }
        }
        return out.toByteArray();
    }

    private byte[] writeFunctions() {
        List<Integer> defined = functionTypes.subList(importedFunctions, functionTypes.size());
        var out = new ByteWriter().u32(defined.size());
        defined.forEach(out::u32);
        return out.toByteArray();
    }

    private byte[] writeGlobals(byte[] before) {
        var out =
                new ByteWriter()
                        .u32(definedGlobals + addedGlobals.size())
                        .bytes(withoutCount(before));
        for (AddedGlobal global : addedGlobals) {
            out.u8(global.type.code).u8(1);
            switch (global.type) {
                case I32 -> out.u8(0x41).u8(0);
                case I64 -> out.u8(0x42).u8(0);
                case F32 -> out.u8(0x43).bytes(new byte[4]);
                case F64 -> out.u8(0x44).bytes(new byte[8]);
            }
            out.u8(0x0b);
        }
        return out.toByteArray();
    }

    private byte[] writeCode() {
        var out = new ByteWriter().u32(bodies.size());
        bodies.forEach(out::sized);
        return out.toByteArray();
    }

    private static byte[] withoutCount(byte[] vector) {
        var in = new ByteReader(vector);
        in.u32();
        return in.copy(in.position(), vector.length);
    }
}
