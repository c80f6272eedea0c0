package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** WASI's calls: reading and writing, environment, clocks, random numbers. */
final class WasiCalls {
    private static final int VECTOR = 8;
    private static final int APPEND = 0x400;
    private static final long STARTED = System.nanoTime();

    private final Kernel kernel;

    WasiCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        add(functions, "fd_close", this::close);
        add(functions, "fd_read", a -> read(a[0], (int) a[1], (int) a[2], -1, (int) a[3]));
        add(functions, "fd_pread", a -> read(a[0], (int) a[1], (int) a[2], a[3], (int) a[4]));
        add(functions, "fd_write", a -> write(a[0], (int) a[1], (int) a[2], -1, (int) a[3]));
        add(functions, "fd_pwrite", a -> write(a[0], (int) a[1], (int) a[2], a[3], (int) a[4]));
        add(functions, "fd_seek", a -> seek(a[0], a[1], (int) a[2], (int) a[3]));
        add(functions, "fd_sync", this::sync);
        add(functions, "fd_fdstat_get", this::descriptorStatus);
        add(functions, "environ_sizes_get", a -> environmentSizes((int) a[0], (int) a[1]));
        add(functions, "environ_get", a -> environment((int) a[0], (int) a[1]));
        add(functions, "clock_time_get", this::clock);
        add(functions, "random_get", this::random);
    }

    private static void add(Map<String, HostCall> functions, String name, HostCall call) {
        functions.put(name, Calls.wasi(call));
    }

    private long close(long[] a) {
        kernel.close((int) a[0]);
        return 0;
    }

    private long read(long descriptor, int vectors, int count, long at, int result) {
        Stream stream = kernel.stream(descriptor);
        LinearMemory memory = kernel.memory();
        int total = 0;
        for (int i = 0; i < count; i++) {
            int target = memory.readInt(vectors + i * VECTOR);
            int length = memory.readInt(vectors + i * VECTOR + 4);
            long position = at < 0 ? stream.position : at + total;
            int read = stream.read(memory.bytes(), target, length, position);
            total += read;
            if (at < 0) {
                stream.position += read;
            }
            if (read < length) {
                break;
            }
        }
        memory.writeI32(result, total);
        return 0;
    }

    private long write(long descriptor, int vectors, int count, long at, int result) {
        Stream stream = kernel.stream(descriptor);
        LinearMemory memory = kernel.memory();
        if (at < 0 && (stream.flags & APPEND) != 0) {
            stream.position = stream.size();
        }
        int total = 0;
        for (int i = 0; i < count; i++) {
            int source = memory.readInt(vectors + i * VECTOR);
            int length = memory.readInt(vectors + i * VECTOR + 4);
            stream.write(memory.bytes(), source, length, at < 0 ? stream.position : at + total);
            total += length;
            if (at < 0) {
                stream.position += length;
            }
        }
        memory.writeI32(result, total);
        return 0;
    }

    private long seek(long descriptor, long offset, int whence, int result) {
        Stream stream = kernel.stream(descriptor);
        if (!stream.seekable()) {
            throw Errno.ESPIPE.exception();
        }
        long target =
                switch (whence) {
                    case 0 -> offset;
                    case 1 -> stream.position + offset;
                    case 2 -> stream.size() + offset;
                    default -> throw Errno.EINVAL.exception();
                };
        if (target < 0) {
            throw Errno.EINVAL.exception();
        }
        stream.position = target;
        if (target == 0 && stream instanceof Streams.Directory directory) {
            directory.rewind();
        }
        kernel.memory().writeLong(result, target);
        return 0;
    }

    private long sync(long[] a) {
        kernel.stream(a[0]).sync(true);
        return 0;
    }

    private long descriptorStatus(long[] a) {
        Stream stream = kernel.stream(a[0]);
        int target = (int) a[1];
        int type = stream instanceof Streams.Regular ? 4 : stream.seekable() ? 3 : 2;
        kernel.memory().fill((byte) 0, target, target + 24);
        kernel.memory().writeByte(target, (byte) type);
        return 0;
    }

    private static byte[] entry(Map.Entry<String, String> variable) {
        return (variable.getKey() + "=" + variable.getValue() + "\0")
                .getBytes(StandardCharsets.UTF_8);
    }

    private long environmentSizes(int count, int size) {
        int total = 0;
        for (Map.Entry<String, String> variable : kernel.environment.entrySet()) {
            total += entry(variable).length;
        }
        kernel.memory().writeI32(count, kernel.environment.size());
        kernel.memory().writeI32(size, total);
        return 0;
    }

    private long environment(int pointers, int strings) {
        int pointer = pointers;
        int string = strings;
        for (Map.Entry<String, String> variable : kernel.environment.entrySet()) {
            byte[] entry = entry(variable);
            kernel.memory().writeI32(pointer, string);
            kernel.memory().write(string, entry, 0, entry.length);
            pointer += 4;
            string += entry.length;
        }
        return 0;
    }

    private long clock(long[] a) {
        if (a[0] < 0 || a[0] > 3) {
            throw Errno.EINVAL.exception();
        }
        long nanos;
        if (a[0] == 0) {
            java.time.Instant now = java.time.Instant.now();
            nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        } else {
            nanos = System.nanoTime() - STARTED;
        }
        kernel.memory().writeLong((int) a[2], nanos);
        return 0;
    }

    private long random(long[] a) {
        Streams.random(kernel.memory().bytes(), (int) a[0], (int) a[1]);
        return 0;
    }
}
