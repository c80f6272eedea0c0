package dev.culvert.pglite.wasm;

import run.endive.runtime.Memory;

/**
 * Loads and stores of compiled code, which the build binds to these methods by name. An address
 * outside of the memory is an {@link IndexOutOfBoundsException} of the array's own check.
 */
public final class MemoryAccess {
    private MemoryAccess() {}

    private static byte[] bytes(Memory memory) {
        return ((LinearMemory) memory).bytes;
    }

    public static byte memoryReadByte(int base, int offset, Memory memory) {
        return bytes(memory)[base + offset];
    }

    public static short memoryReadShort(int base, int offset, Memory memory) {
        return (short) LinearMemory.SHORTS.get(bytes(memory), base + offset);
    }

    public static int memoryReadInt(int base, int offset, Memory memory) {
        return (int) LinearMemory.INTS.get(bytes(memory), base + offset);
    }

    public static long memoryReadLong(int base, int offset, Memory memory) {
        return (long) LinearMemory.LONGS.get(bytes(memory), base + offset);
    }

    public static float memoryReadFloat(int base, int offset, Memory memory) {
        return (float) LinearMemory.FLOATS.get(bytes(memory), base + offset);
    }

    public static double memoryReadDouble(int base, int offset, Memory memory) {
        return (double) LinearMemory.DOUBLES.get(bytes(memory), base + offset);
    }

    public static void memoryWriteByte(int base, byte value, int offset, Memory memory) {
        bytes(memory)[base + offset] = value;
    }

    public static void memoryWriteShort(int base, short value, int offset, Memory memory) {
        LinearMemory.SHORTS.set(bytes(memory), base + offset, value);
    }

    public static void memoryWriteInt(int base, int value, int offset, Memory memory) {
        LinearMemory.INTS.set(bytes(memory), base + offset, value);
    }

    public static void memoryWriteLong(int base, long value, int offset, Memory memory) {
        LinearMemory.LONGS.set(bytes(memory), base + offset, value);
    }

    public static void memoryWriteFloat(int base, float value, int offset, Memory memory) {
        LinearMemory.FLOATS.set(bytes(memory), base + offset, value);
    }

    public static void memoryWriteDouble(int base, double value, int offset, Memory memory) {
        LinearMemory.DOUBLES.set(bytes(memory), base + offset, value);
    }
}
