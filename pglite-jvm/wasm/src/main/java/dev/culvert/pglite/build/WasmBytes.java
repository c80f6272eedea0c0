package dev.culvert.pglite.build;

import java.io.ByteArrayOutputStream;
import java.util.List;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/** Reads and writes the few pieces of WebAssembly's binary format that are rewritten here. */
final class WasmBytes {
    private final byte[] bytes;
    private int position;

    WasmBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean hasMore() {
        return position < bytes.length;
    }

    int readByte() {
        return bytes[position++] & 0xff;
    }

    int readUnsigned() {
        int result = 0;
        for (int shift = 0; ; shift += 7) {
            int next = readByte();
            result |= (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return result;
            }
        }
    }

    byte[] readBytes(int length) {
        byte[] result = java.util.Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return result;
    }

    static void writeUnsigned(ByteArrayOutputStream out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    static byte[] typeSection(List<FunctionType> types) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeUnsigned(out, types.size());
        for (FunctionType type : types) {
            out.write(0x60);
            writeValueTypes(out, type.params());
            writeValueTypes(out, type.returns());
        }
        return out.toByteArray();
    }

    private static void writeValueTypes(ByteArrayOutputStream out, List<ValType> types) {
        writeUnsigned(out, types.size());
        for (ValType type : types) {
            out.write(type.opcode());
        }
    }

    /** The section of imports with the types of functions renumbered. */
    static byte[] importSection(byte[] section, int[] renumbering) {
        WasmBytes in = new WasmBytes(section);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = in.readUnsigned();
        writeUnsigned(out, count);
        for (int i = 0; i < count; i++) {
            copyName(in, out);
            copyName(in, out);
            int kind = in.readByte();
            out.write(kind);
            switch (kind) {
                case 0 -> writeUnsigned(out, renumbering[in.readUnsigned()]);
                case 1 -> {
                    out.write(in.readByte());
                    copyLimits(in, out);
                }
                case 2 -> copyLimits(in, out);
                case 3 -> out.writeBytes(in.readBytes(2));
                default -> throw new IllegalArgumentException("import of kind " + kind);
            }
        }
        return out.toByteArray();
    }

    private static void copyName(WasmBytes in, ByteArrayOutputStream out) {
        int length = in.readUnsigned();
        writeUnsigned(out, length);
        out.writeBytes(in.readBytes(length));
    }

    private static void copyLimits(WasmBytes in, ByteArrayOutputStream out) {
        int flags = in.readByte();
        out.write(flags);
        writeUnsigned(out, in.readUnsigned());
        if ((flags & 1) != 0) {
            writeUnsigned(out, in.readUnsigned());
        }
    }

    /** The section of functions with their types renumbered. */
    static byte[] functionSection(byte[] section, int[] renumbering) {
        WasmBytes in = new WasmBytes(section);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int count = in.readUnsigned();
        writeUnsigned(out, count);
        for (int i = 0; i < count; i++) {
            writeUnsigned(out, renumbering[in.readUnsigned()]);
        }
        return out.toByteArray();
    }
}
