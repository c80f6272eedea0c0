package dev.culvert.wasm;

import static dev.culvert.wasm.ValueType.F32;
import static dev.culvert.wasm.ValueType.F64;
import static dev.culvert.wasm.ValueType.I32;
import static dev.culvert.wasm.ValueType.I64;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the instructions take from the operand stack and leave there, whose types never differ. */
final class Signatures {
    /**
     * The prefix of bulk memory instructions and saturating conversions; the real opcode follows.
     */
    static final int PREFIX = 0xfc;

    private static final Map<Integer, FunctionType> TABLE = table();

    private Signatures() {}

    /**
     * The signature of an instruction, or null if it has none of its own (control flow, locals,
     * calls, {@code drop}, {@code select}) or is unknown.
     *
     * @param opcode one byte, or {@link #PREFIX} times 256 plus the second
     */
    static @Nullable FunctionType of(int opcode) {
        return TABLE.get(opcode);
    }

    private static Map<Integer, FunctionType> table() {
        Map<Integer, FunctionType> table = new HashMap<>();
        put(table, 0x01, 0x01, List.of(), List.of()); // nop
        memory(table);
        put(table, 0x41, I32);
        put(table, 0x42, I64);
        put(table, 0x43, F32);
        put(table, 0x44, F64);
        put(table, 0x45, 0x45, List.of(I32), List.of(I32)); // i32.eqz
        put(table, 0x46, 0x4f, List.of(I32, I32), List.of(I32));
        put(table, 0x50, 0x50, List.of(I64), List.of(I32)); // i64.eqz
        put(table, 0x51, 0x5a, List.of(I64, I64), List.of(I32));
        put(table, 0x5b, 0x60, List.of(F32, F32), List.of(I32));
        put(table, 0x61, 0x66, List.of(F64, F64), List.of(I32));
        arithmetic(table, I32, 0x67, 0x69, 0x78);
        arithmetic(table, I64, 0x79, 0x7b, 0x8a);
        arithmetic(table, F32, 0x8b, 0x91, 0x98);
        arithmetic(table, F64, 0x99, 0x9f, 0xa6);
        conversions(table);
        return Map.copyOf(table);
    }

    private static void memory(Map<Integer, FunctionType> table) {
        load(table, I32, 0x28, 0x28);
        load(table, I64, 0x29, 0x29);
        load(table, F32, 0x2a, 0x2a);
        load(table, F64, 0x2b, 0x2b);
        load(table, I32, 0x2c, 0x2f);
        load(table, I64, 0x30, 0x35);
        store(table, I32, 0x36, 0x36);
        store(table, I64, 0x37, 0x37);
        store(table, F32, 0x38, 0x38);
        store(table, F64, 0x39, 0x39);
        store(table, I32, 0x3a, 0x3b);
        store(table, I64, 0x3c, 0x3e);
        put(table, 0x3f, I32); // memory.size
        put(table, 0x40, 0x40, List.of(I32), List.of(I32)); // memory.grow
        put(
                table,
                (PREFIX << 8) | 10,
                (PREFIX << 8) | 11,
                List.of(I32, I32, I32),
                List.of()); // copy, fill
    }

    private static void conversions(Map<Integer, FunctionType> table) {
        convert(table, 0xa7, I32, I64);
        convert(table, 0xa8, I32, F32, F32, F64, F64);
        convert(table, 0xac, I64, I32, I32, F32, F32, F64, F64);
        convert(table, 0xb2, F32, I32, I32, I64, I64, F64);
        convert(table, 0xb7, F64, I32, I32, I64, I64, F32);
        convert(table, 0xbc, I32, F32);
        convert(table, 0xbd, I64, F64);
        convert(table, 0xbe, F32, I32);
        convert(table, 0xbf, F64, I64);
        convert(table, 0xc0, I32, I32, I32);
        convert(table, 0xc2, I64, I64, I64, I64);
        convert(table, PREFIX << 8, I32, F32, F32, F64, F64);
        convert(table, (PREFIX << 8) | 4, I64, F32, F32, F64, F64);
    }

    /** Conversions to one type, at consecutive opcodes. */
    private static void convert(
            Map<Integer, FunctionType> table, int first, ValueType to, ValueType... from) {
        for (int i = 0; i < from.length; i++) {
            put(table, first + i, first + i, List.of(from[i]), List.of(to));
        }
    }

    /** Of one operand up to {@code lastUnary}, then of two. */
    private static void arithmetic(
            Map<Integer, FunctionType> table, ValueType type, int first, int lastUnary, int last) {
        put(table, first, lastUnary, List.of(type), List.of(type));
        put(table, lastUnary + 1, last, List.of(type, type), List.of(type));
    }

    private static void load(
            Map<Integer, FunctionType> table, ValueType type, int first, int last) {
        put(table, first, last, List.of(I32), List.of(type));
    }

    private static void store(
            Map<Integer, FunctionType> table, ValueType type, int first, int last) {
        put(table, first, last, List.of(I32, type), List.of());
    }

    private static void put(Map<Integer, FunctionType> table, int opcode, ValueType result) {
        put(table, opcode, opcode, List.of(), List.of(result));
    }

    private static void put(
            Map<Integer, FunctionType> table,
            int first,
            int last,
            List<ValueType> params,
            List<ValueType> results) {
        for (int opcode = first; opcode <= last; opcode++) {
            table.put(opcode, new FunctionType(params, results));
        }
    }
}
