package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.fs.FileStatus;
import dev.culvert.pglite.fs.FileSystem;
import dev.culvert.pglite.fs.OpenFile;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The kinds of stream. */
final class Streams {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Streams() {}

    static final class Regular extends Stream {
        private final OpenFile file;

        Regular(OpenFile file) {
            this.file = file;
        }

        @Override
        int read(byte[] target, int offset, int length, long at) {
            return file.read(target, offset, length, at);
        }

        @Override
        void write(byte[] source, int offset, int length, long at) {
            file.write(source, offset, length, at);
        }

        @Override
        FileStatus status() {
            return file.status();
        }

        @Override
        boolean seekable() {
            return true;
        }

        @Override
        long size() {
            return file.size();
        }

        @Override
        void truncate(long size) {
            file.truncate(size);
        }

        @Override
        void sync(boolean metadata) {
            file.sync(metadata);
        }

        @Override
        void setMode(int mode) {
            file.setMode(mode);
        }

        @Override
        void close() {
            file.close();
        }
    }

    /** A directory: its names as they were when it was first read. */
    static final class Directory extends Stream {
        final String path;
        private final FileSystem system;
        private final String pathInSystem;
        private @Nullable List<String> names;

        Directory(String path, FileSystem system, String pathInSystem) {
            this.path = path;
            this.system = system;
            this.pathInSystem = pathInSystem;
        }

        List<String> names() {
            if (names == null) {
                names = new ArrayList<>(List.of(".", ".."));
                names.addAll(system.list(pathInSystem));
            }
            return names;
        }

        void rewind() {
            names = null;
        }

        @Override
        int read(byte[] target, int offset, int length, long at) {
            throw Errno.EISDIR.exception();
        }

        @Override
        void write(byte[] source, int offset, int length, long at) {
            throw Errno.EISDIR.exception();
        }

        @Override
        FileStatus status() {
            return system.status(pathInSystem);
        }

        @Override
        boolean seekable() {
            return true;
        }

        @Override
        void sync(boolean metadata) {
            system.syncDirectory(pathInSystem);
        }

        @Override
        void setMode(int mode) {
            system.setMode(pathInSystem, mode);
        }
    }

    /** A device by its path; null where there is none. */
    static @Nullable Stream device(String path, Consumer<byte[]> output) {
        return switch (path) {
            case "/dev/null", "/dev/stdin" -> new Device(null, false);
            case "/dev/random", "/dev/urandom" -> new Device(null, true);
            case "/dev/stdout", "/dev/stderr", "/dev/tty" -> new Device(output, false);
            default -> null;
        };
    }

    private static final class Device extends Stream {
        private final @Nullable Consumer<byte[]> output;
        private final boolean random;

        Device(@Nullable Consumer<byte[]> output, boolean random) {
            this.output = output;
            this.random = random;
        }

        @Override
        int read(byte[] target, int offset, int length, long at) {
            if (!random) {
                return 0;
            }
            byte[] fresh = new byte[length];
            RANDOM.nextBytes(fresh);
            System.arraycopy(fresh, 0, target, offset, length);
            return length;
        }

        @Override
        void write(byte[] source, int offset, int length, long at) {
            if (output != null) {
                output.accept(java.util.Arrays.copyOfRange(source, offset, offset + length));
            }
        }

        @Override
        FileStatus status() {
            return new FileStatus(FileStatus.CHARACTER_DEVICE | 0666, 0, 1, 1, 0);
        }
    }

    /** Fills with random bytes from the system's source. */
    static void random(byte[] target, int offset, int length) {
        byte[] fresh = new byte[length];
        RANDOM.nextBytes(fresh);
        System.arraycopy(fresh, 0, target, offset, length);
    }

    /** Both ends of a pipe. A reader finds nothing instead of waiting: there is one thread. */
    static final class Pipe extends Stream {
        private final ByteArrayOutputStream buffer;
        private final boolean writing;

        private Pipe(ByteArrayOutputStream buffer, boolean writing) {
            this.buffer = buffer;
            this.writing = writing;
        }

        static List<Stream> create() {
            ByteArrayOutputStream buffer = new ByteArrayOutputStream();
            return List.of(new Pipe(buffer, false), new Pipe(buffer, true));
        }

        @Override
        int read(byte[] target, int offset, int length, long at) {
            if (buffer.size() == 0) {
                throw Errno.EAGAIN.exception();
            }
            byte[] all = buffer.toByteArray();
            int count = Math.min(length, all.length);
            System.arraycopy(all, 0, target, offset, count);
            buffer.reset();
            buffer.write(all, count, all.length - count);
            return count;
        }

        @Override
        void write(byte[] source, int offset, int length, long at) {
            buffer.write(source, offset, length);
        }

        @Override
        int ready() {
            if (writing) {
                return WRITABLE;
            }
            return buffer.size() > 0 ? READABLE : 0;
        }

        @Override
        FileStatus status() {
            return new FileStatus(FileStatus.FIFO | 0600, 0, 1, 1, 0);
        }
    }
}
