package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.fs.FileStatus;
import dev.culvert.pglite.fs.MountTable.Location;
import dev.culvert.pglite.fs.OpenFile;
import dev.culvert.pglite.wasm.HostCall;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** System calls that name a file by its path. */
final class PathCalls {
    private static final int CURRENT_DIRECTORY = -100;
    private static final int NO_FOLLOW = 0x100;
    private static final int REMOVE_DIRECTORY = 0x200;
    private static final int EMPTY_PATH = 0x1000;

    private static final int ACCESS_MODE = 3;
    private static final int CREATE = 0x40;
    private static final int EXCLUSIVE = 0x80;
    private static final int TRUNCATE = 0x200;
    private static final int DIRECTORY = 0x10000;
    private static final int OPEN_NO_FOLLOW = 0x20000;

    private final Kernel kernel;

    PathCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        add(functions, "openat", a -> open(path(a[0], a[1]), (int) a[2], (int) a[3]));
        add(functions, "stat64", a -> status(path(CURRENT_DIRECTORY, a[0]), true, a[1]));
        add(functions, "lstat64", a -> status(path(CURRENT_DIRECTORY, a[0]), false, a[1]));
        add(functions, "newfstatat", this::statusAt);
        add(functions, "faccessat", a -> access(path(a[0], a[1])));
        add(functions, "chdir", a -> changeDirectory(path(CURRENT_DIRECTORY, a[0])));
        add(functions, "getcwd", a -> workingDirectory((int) a[0], (int) a[1]));
        add(functions, "chmod", a -> setMode(path(CURRENT_DIRECTORY, a[0]), (int) a[1]));
        add(functions, "fchmodat2", a -> setMode(path(a[0], a[1]), (int) a[2]));
        add(functions, "fchownat", a -> 0);
        add(functions, "mkdirat", this::makeDirectory);
        add(functions, "rmdir", a -> remove(path(CURRENT_DIRECTORY, a[0]), true));
        add(
                functions,
                "unlinkat",
                a -> remove(path(a[0], a[1]), ((int) a[2] & REMOVE_DIRECTORY) != 0));
        add(functions, "renameat", a -> rename(path(a[0], a[1]), path(a[2], a[3])));
        add(functions, "linkat", a -> link(path(a[0], a[1]), path(a[2], a[3])));
        add(functions, "symlinkat", a -> symlink(string(a[0]), path(a[1], a[2])));
        add(functions, "readlinkat", a -> readLink(path(a[0], a[1]), (int) a[2], (int) a[3]));
        add(functions, "truncate64", a -> truncate(path(CURRENT_DIRECTORY, a[0]), a[1]));
        add(functions, "utimensat", this::setTimes);
        add(functions, "statfs64", this::fileSystemStatus);
    }

    private static void add(Map<String, HostCall> functions, String name, HostCall call) {
        functions.put("__syscall_" + name, Calls.system(call));
    }

    private String string(long address) {
        return kernel.memory().string((int) address);
    }

    private String path(long directory, long address) {
        return kernel.path((int) directory, string(address));
    }

    private boolean isDevice(String path) {
        return Streams.device(path, kernel.output) != null;
    }

    private long open(String given, int flags, int modeArgument) {
        Stream stream = Streams.device(given, kernel.output);
        if (stream == null) {
            String path = kernel.files.follow(given, (flags & OPEN_NO_FOLLOW) == 0);
            int mode = modeArgument == 0 ? 0 : kernel.memory().readInt(modeArgument);
            stream = openFile(path, flags, mode & ~kernel.umask);
        }
        stream.flags = flags;
        return kernel.add(stream, 0);
    }

    private Stream openFile(String path, int flags, int mode) {
        Location location = kernel.files.locate(path);
        boolean write = (flags & ACCESS_MODE) != 0;
        boolean create = (flags & CREATE) != 0;
        boolean truncate = (flags & TRUNCATE) != 0 && write;
        // a plain open of a regular file, by far the most frequent, needs no look before
        if (write && !create && (flags & DIRECTORY) == 0) {
            return opened(location.system().open(location.path(), true, false, 0), truncate);
        }
        FileStatus status;
        try {
            status = location.system().status(location.path());
        } catch (dev.culvert.pglite.fs.ErrnoException e) {
            if (e.errno() != Errno.ENOENT || !create) {
                throw e;
            }
            return opened(location.system().open(location.path(), write, true, mode), false);
        }
        if (create && (flags & EXCLUSIVE) != 0) {
            throw Errno.EEXIST.exception();
        }
        if (status.isDirectory()) {
            if (write) {
                throw Errno.EISDIR.exception();
            }
            return new Streams.Directory(path, location.system(), location.path());
        }
        if ((flags & DIRECTORY) != 0) {
            throw Errno.ENOTDIR.exception();
        }
        return opened(location.system().open(location.path(), write, false, 0), truncate);
    }

    private static Stream opened(OpenFile file, boolean truncate) {
        if (truncate) {
            file.truncate(0);
        }
        return new Streams.Regular(file);
    }

    private long status(String path, boolean follow, long target) {
        Stream device = Streams.device(path, kernel.output);
        StatusWriter.status(
                kernel.memory(),
                (int) target,
                device != null ? device.status() : kernel.files.status(path, follow));
        return 0;
    }

    private long statusAt(long[] a) {
        String path = string(a[1]);
        int flags = (int) a[3];
        if (path.isEmpty()) {
            if ((flags & EMPTY_PATH) == 0) {
                throw Errno.ENOENT.exception();
            }
            if ((int) a[0] != CURRENT_DIRECTORY) {
                StatusWriter.status(kernel.memory(), (int) a[2], kernel.stream(a[0]).status());
                return 0;
            }
        }
        return status(kernel.path((int) a[0], path), (flags & NO_FOLLOW) == 0, a[2]);
    }

    private long access(String path) {
        if (!isDevice(path) && !kernel.files.exists(path)) {
            throw Errno.ENOENT.exception();
        }
        return 0;
    }

    private long changeDirectory(String path) {
        if (!kernel.files.status(path, true).isDirectory()) {
            throw Errno.ENOTDIR.exception();
        }
        kernel.workingDirectory = path;
        return 0;
    }

    private long workingDirectory(int target, int size) {
        byte[] path = (kernel.workingDirectory + "\0").getBytes(StandardCharsets.UTF_8);
        if (size < path.length) {
            throw (size == 0 ? Errno.EINVAL : Errno.ERANGE).exception();
        }
        kernel.memory().write(target, path, 0, path.length);
        return path.length;
    }

    private long setMode(String path, int mode) {
        Location location = kernel.files.resolve(path, true);
        location.system().setMode(location.path(), mode);
        return 0;
    }

    private long makeDirectory(long[] a) {
        Location location = kernel.files.resolve(path(a[0], a[1]), false);
        location.system().makeDirectory(location.path(), (int) a[2] & ~kernel.umask);
        return 0;
    }

    private long remove(String path, boolean directory) {
        Location location = kernel.files.resolve(path, false);
        if (directory) {
            location.system().removeDirectory(location.path());
        } else {
            location.system().unlink(location.path());
        }
        return 0;
    }

    private long rename(String from, String to) {
        Location source = kernel.files.resolve(from, false);
        Location target = kernel.files.resolve(to, false);
        sameSystem(source, target);
        source.system().rename(source.path(), target.path());
        return 0;
    }

    private long link(String existing, String path) {
        Location source = kernel.files.resolve(existing, true);
        Location target = kernel.files.resolve(path, false);
        sameSystem(source, target);
        source.system().link(source.path(), target.path());
        return 0;
    }

    private static void sameSystem(Location source, Location target) {
        if (!source.system().equals(target.system())) {
            throw Errno.EXDEV.exception();
        }
    }

    private long symlink(String target, String path) {
        Location location = kernel.files.resolve(path, false);
        location.system().symlink(target, location.path());
        return 0;
    }

    private long readLink(String path, int target, int size) {
        Location location = kernel.files.resolve(path, false);
        byte[] link = location.system().readLink(location.path()).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(link.length, size);
        kernel.memory().write(target, link, 0, length);
        return length;
    }

    private long truncate(String path, long size) {
        Location location = kernel.files.resolve(path, true);
        OpenFile file = location.system().open(location.path(), true, false, 0);
        try {
            file.truncate(size);
        } finally {
            file.close();
        }
        return 0;
    }

    private long setTimes(long[] a) {
        Location location = kernel.files.resolve(path(a[0], a[1]), ((int) a[3] & NO_FOLLOW) == 0);
        location.system().setModified(location.path(), System.currentTimeMillis());
        return 0;
    }

    private long fileSystemStatus(long[] a) {
        StatusWriter.fileSystem(kernel.memory(), (int) a[2]);
        return 0;
    }
}
