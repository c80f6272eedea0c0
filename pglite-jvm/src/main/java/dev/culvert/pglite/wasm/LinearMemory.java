package dev.culvert.pglite.wasm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A program's memory as one array, so that compiled code reaches it without a call. At most 2 GiB -
 * 64 KiB.
 *
 * <p>Belongs to the thread that runs the program. Other threads only call {@link #raise}, which
 * writes words that a growing memory does not lose.
 */
public final class LinearMemory implements Memory {
    static final VarHandle SHORTS = view(short[].class);
    static final VarHandle INTS = view(int[].class);
    static final VarHandle LONGS = view(long[].class);
    static final VarHandle FLOATS = view(float[].class);
    static final VarHandle DOUBLES = view(double[].class);

    private static final int SMALL_FILL = 1024;
    private static final int LARGE_COPY = 64 * 1024;

    byte[] bytes;
    private final int initialPages;
    private final int maximumPages;
    private DataSegment[] segments = new DataSegment[0];
    private Signals signals = new Signals();

    /** Zeroed memory of {@code initialPages} of 64 KiB that may grow to {@code maximumPages}. */
    public LinearMemory(int initialPages, int maximumPages) {
        this.initialPages = initialPages;
        this.maximumPages = Math.min(maximumPages, RUNTIME_MAX_PAGES);
        this.bytes = new byte[initialPages * PAGE_SIZE];
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** The memory itself; another array after the program has grown it. */
    public byte[] bytes() {
        return bytes;
    }

    /** The signals of the program that this memory belongs to. */
    public Signals signals() {
        return signals;
    }

    /** Writes 1 to each of these words, from any thread. */
    public synchronized void raise(int... addresses) {
        for (int address : addresses) {
            INTS.set(bytes, address, 1);
        }
        VarHandle.fullFence();
    }

    /** The zero-terminated UTF-8 string at this address. */
    public String string(int address) {
        int end = address;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, address, end - address, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized int grow(int pages) {
        int before = pages();
        if (pages < 0 || before + pages > maximumPages) {
            return -1;
        }
        if (pages > 0) {
            bytes = Arrays.copyOf(bytes, (before + pages) * PAGE_SIZE);
        }
        return before;
    }

    @Override
    public int pages() {
        return bytes.length / PAGE_SIZE;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return maximumPages;
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] all) {
        DataSegment[] own = all.clone();
        boolean passive = false;
        for (int i = 0; i < own.length; i++) {
            if (own[i] instanceof ActiveDataSegment active) {
                int address =
                        (int)
                                ConstantEvaluators.computeConstantValue(
                                        instance, active.offsetInstructions())[0];
                write(address, active.data(), 0, active.data().length);
                own[i] = PassiveDataSegment.EMPTY;
            } else {
                passive = true;
            }
        }
        if (passive && segments.length > 0) {
            throw new IllegalStateException("two modules with passive segments on one memory");
        }
        if (passive) {
            segments = own;
        }
    }

    @Override
    public void initPassiveSegment(int segment, int target, int offset, int size) {
        System.arraycopy(segments[segment].data(), offset, bytes, target, size);
    }

    @Override
    public void drop(int segment) {
        if (segment < segments.length) {
            segments[segment] = PassiveDataSegment.EMPTY;
        }
    }

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        System.arraycopy(data, offset, bytes, address, size);
    }

    @Override
    public byte read(int address) {
        return bytes[address];
    }

    @Override
    public byte[] readBytes(int address, int length) {
        if (address < 0 || length < 0 || address > bytes.length - length) {
            throw new TrapException("out of bounds memory access");
        }
        return Arrays.copyOfRange(bytes, address, address + length);
    }

    @Override
    public void writeI32(int address, int value) {
        INTS.set(bytes, address, value);
    }

    @Override
    public int readInt(int address) {
        return (int) INTS.get(bytes, address);
    }

    @Override
    public void writeLong(int address, long value) {
        LONGS.set(bytes, address, value);
    }

    @Override
    public long readLong(int address) {
        return (long) LONGS.get(bytes, address);
    }

    @Override
    public void writeShort(int address, short value) {
        SHORTS.set(bytes, address, value);
    }

    @Override
    public short readShort(int address) {
        return (short) SHORTS.get(bytes, address);
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xffff;
    }

    @Override
    public void writeByte(int address, byte value) {
        bytes[address] = value;
    }

    @Override
    public void writeF32(int address, float value) {
        FLOATS.set(bytes, address, value);
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public float readFloat(int address) {
        return (float) FLOATS.get(bytes, address);
    }

    @Override
    public void writeF64(int address, double value) {
        DOUBLES.set(bytes, address, value);
    }

    @Override
    public double readDouble(int address) {
        return (double) DOUBLES.get(bytes, address);
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public void zero() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public void fill(byte value, int from, int to) {
        int first = Math.min(to, from + SMALL_FILL);
        Arrays.fill(bytes, from, first, value);
        // copies are fast before anything is compiled, and Postgres clears much when it starts
        for (int next = first; next < to; ) {
            int length = Math.min(Math.min(next - from, LARGE_COPY), to - next);
            System.arraycopy(bytes, from, bytes, next, length);
            next += length;
        }
    }

    @Override
    public void copy(int target, int source, int size) {
        System.arraycopy(bytes, source, bytes, target, size);
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    public Object lock(int address) {
        throw new UnsupportedOperationException("the memory is not shared");
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        throw new UnsupportedOperationException("the memory is not shared");
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        throw new UnsupportedOperationException("the memory is not shared");
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    public int notify(int address, int maxThreads) {
        throw new UnsupportedOperationException("the memory is not shared");
    }
}
