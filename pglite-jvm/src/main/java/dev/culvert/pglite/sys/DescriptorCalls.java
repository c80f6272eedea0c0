package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.fs.FileStatus;
import dev.culvert.pglite.fs.Paths;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** System calls on file descriptors. */
final class DescriptorCalls {
    private static final int ENTRY_SIZE = 280;
    private static final int ENTRY_NAME = 256;
    private static final int POLL_SIZE = 8;
    private static final int POLL_INVALID = 32;
    private static final int SETTABLE_FLAGS = 0x46c00;

    private final Kernel kernel;

    DescriptorCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        add(functions, "fstat64", this::status);
        add(functions, "fchmod", this::setMode);
        add(functions, "fchown32", a -> 0);
        add(functions, "dup", a -> kernel.add(kernel.stream(a[0]), 0));
        add(functions, "dup3", this::duplicate);
        add(functions, "fcntl64", this::control);
        add(functions, "ioctl", this::deviceControl);
        add(functions, "fdatasync", this::syncData);
        add(functions, "ftruncate64", this::truncate);
        add(functions, "fallocate", this::allocate);
        add(functions, "fadvise64", a -> 0);
        add(functions, "getdents64", a -> entries(a[0], (int) a[1], (int) a[2]));
        add(functions, "pipe2", this::pipe);
        add(functions, "poll", a -> poll((int) a[0], (int) a[1], (int) a[2]));
    }

    private static void add(Map<String, HostCall> functions, String name, HostCall call) {
        functions.put("__syscall_" + name, Calls.system(call));
    }

    private long status(long[] a) {
        StatusWriter.status(kernel.memory(), (int) a[1], kernel.stream(a[0]).status());
        return 0;
    }

    private long setMode(long[] a) {
        kernel.stream(a[0]).setMode((int) a[1]);
        return 0;
    }

    private long duplicate(long[] a) {
        Stream stream = kernel.stream(a[0]);
        if (a[0] == a[1]) {
            throw Errno.EINVAL.exception();
        }
        kernel.replace((int) a[1], stream);
        return a[1];
    }

    private long control(long[] a) {
        Stream stream = kernel.stream(a[0]);
        int argument = (int) a[2];
        return switch ((int) a[1]) {
            case 0 -> kernel.add(stream, kernel.memory().readInt(argument));
            case 1, 2, 13, 14 -> 0;
            case 3 -> stream.flags;
            case 4 -> setFlags(stream, kernel.memory().readInt(argument));
            case 12 -> nobodyLocks(kernel.memory().readInt(argument));
            default -> throw Errno.EINVAL.exception();
        };
    }

    private static long setFlags(Stream stream, int flags) {
        stream.flags = (stream.flags & ~SETTABLE_FLAGS) | (flags & SETTABLE_FLAGS);
        return 0;
    }

    private long nobodyLocks(int lock) {
        kernel.memory().writeShort(lock, (short) 2);
        return 0;
    }

    private long deviceControl(long[] a) {
        kernel.stream(a[0]);
        throw Errno.ENOTTY.exception();
    }

    private long syncData(long[] a) {
        kernel.stream(a[0]).sync(false);
        return 0;
    }

    private long truncate(long[] a) {
        kernel.stream(a[0]).truncate(a[1]);
        return 0;
    }

    private long allocate(long[] a) {
        if (a[1] != 0) {
            throw Errno.EOPNOTSUPP.exception();
        }
        Stream stream = kernel.stream(a[0]);
        if (a[2] + a[3] > stream.size()) {
            stream.truncate(a[2] + a[3]);
        }
        return 0;
    }

    private long entries(long descriptor, int target, int size) {
        if (!(kernel.stream(descriptor) instanceof Streams.Directory directory)) {
            throw Errno.ENOTDIR.exception();
        }
        LinearMemory memory = kernel.memory();
        List<String> names = directory.names();
        int index = (int) (directory.position / ENTRY_SIZE);
        int address = target;
        for (; index < names.size() && address + ENTRY_SIZE <= target + size; index++) {
            String name = names.get(index);
            byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
            memory.fill((byte) 0, address, address + ENTRY_SIZE);
            memory.writeLong(address, index + 1L);
            memory.writeLong(address + 8, (index + 1L) * ENTRY_SIZE);
            memory.writeShort(address + 16, (short) ENTRY_SIZE);
            memory.writeByte(address + 18, type(directory, name));
            memory.write(address + 19, encoded, 0, Math.min(encoded.length, ENTRY_NAME - 1));
            address += ENTRY_SIZE;
        }
        directory.position = (long) index * ENTRY_SIZE;
        return (long) address - target;
    }

    private byte type(Streams.Directory directory, String name) {
        if (name.equals(".") || name.equals("..")) {
            return 4;
        }
        try {
            FileStatus status = kernel.files.status(Paths.child(directory.path, name), false);
            return (byte) (status.isDirectory() ? 4 : status.isSymlink() ? 10 : 8);
        } catch (dev.culvert.pglite.fs.ErrnoException e) {
            return 0; // unknown: it is gone meanwhile
        }
    }

    private long pipe(long[] a) {
        List<Stream> ends = Streams.Pipe.create();
        kernel.memory().writeI32((int) a[0], kernel.add(ends.get(0), 0));
        kernel.memory().writeI32((int) a[0] + 4, kernel.add(ends.get(1), 0));
        return 0;
    }

    /** Waits for a descriptor, a signal or the end of the time; -1 waits for ever. */
    private long poll(int descriptors, int count, int timeout) {
        long deadline = System.nanoTime() + timeout * 1_000_000L;
        while (true) {
            int ready = ready(descriptors, count);
            long rest =
                    timeout < 0 ? Integer.MAX_VALUE : (deadline - System.nanoTime()) / 1_000_000;
            if (ready > 0 || timeout == 0 || rest <= 0) {
                return ready;
            }
            try {
                if (kernel.memory().signals().await(rest)) {
                    kernel.memory().signals().deliver();
                    if (ready(descriptors, count) == 0) {
                        throw Errno.EINTR.exception();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Errno.EINTR.exception();
            }
        }
    }

    private int ready(int descriptors, int count) {
        LinearMemory memory = kernel.memory();
        int ready = 0;
        for (int address = descriptors;
                address < descriptors + count * POLL_SIZE;
                address += POLL_SIZE) {
            Stream stream = kernel.streamOrNull(memory.readInt(address));
            int events = stream == null ? POLL_INVALID : stream.ready();
            int wanted = events & (56 | memory.readShort(address + 4));
            memory.writeShort(address + 6, (short) wanted);
            if (wanted != 0) {
                ready++;
            }
        }
        return ready;
    }
}
