package dev.culvert.pglite.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Files below a folder of the host. Needs a POSIX file system. Never used by a thread that somebody
 * interrupts: that would close its files.
 */
public final class HostFileSystem implements FileSystem {
    private static final PosixFilePermission[] PERMISSIONS = {
        PosixFilePermission.OTHERS_EXECUTE,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_READ
    };

    private final String root;
    private final boolean durable;

    /**
     * A view of the folder.
     *
     * @param durable whether {@code sync} reaches the disk; otherwise it does nothing
     */
    public HostFileSystem(Path folder, boolean durable) {
        this.root = folder.toAbsolutePath().normalize().toString();
        this.durable = durable;
    }

    private Path host(String path) {
        return Path.of(root + path);
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw ErrnoException.of(e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attemptStep(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw ErrnoException.of(e);
        }
    }

    @Override
    public FileStatus status(String path) {
        return attempt(() -> statusOf(host(path)));
    }

    private static FileStatus statusOf(Path path) throws IOException {
        Map<String, Object> all =
                Files.readAttributes(
                        path,
                        "unix:mode,size,ino,nlink,lastModifiedTime",
                        LinkOption.NOFOLLOW_LINKS);
        return new FileStatus(
                (int) attribute(all, "mode"),
                (long) attribute(all, "size"),
                (long) attribute(all, "ino"),
                (int) attribute(all, "nlink"),
                ((FileTime) attribute(all, "lastModifiedTime")).toMillis());
    }

    private static Object attribute(Map<String, Object> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    @Override
    public OpenFile open(String path, boolean write, boolean create, int mode) {
        Path file = host(path);
        Set<OpenOption> options = new java.util.HashSet<>(List.of(StandardOpenOption.READ));
        if (write || create) {
            options.add(StandardOpenOption.WRITE);
        }
        return attempt(() -> {
            try {
                return new HostFile(FileChannel.open(file, options), file, durable);
            } catch (java.nio.file.NoSuchFileException e) {
                if (!create) {
                    throw e;
                }
            }
            options.add(StandardOpenOption.CREATE_NEW);
            FileChannel channel = FileChannel.open(file, options);
            Files.setPosixFilePermissions(file, permissions(mode));
            return new HostFile(channel, file, durable);
        });
    }

    @Override
    public List<String> list(String path) {
        return attempt(() -> {
            List<String> names = new ArrayList<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(host(path))) {
                for (Path entry : entries) {
                    names.add(entry.getFileName().toString());
                }
            }
            return names;
        });
    }

    @Override
    public void makeDirectory(String path, int mode) {
        attemptStep(() -> {
            Files.createDirectory(host(path));
            Files.setPosixFilePermissions(host(path), permissions(mode));
        });
    }

    @Override
    public void removeDirectory(String path) {
        attemptStep(() -> {
            if (!Files.isDirectory(host(path), LinkOption.NOFOLLOW_LINKS)) {
                throw Files.exists(host(path), LinkOption.NOFOLLOW_LINKS)
                        ? new java.nio.file.NotDirectoryException(path)
                        : new java.nio.file.NoSuchFileException(path);
            }
            Files.delete(host(path));
        });
    }

    @Override
    public void unlink(String path) {
        attemptStep(() -> {
            if (Files.isDirectory(host(path), LinkOption.NOFOLLOW_LINKS)) {
                throw Errno.EISDIR.exception();
            }
            Files.delete(host(path));
        });
    }

    @Override
    public void rename(String from, String to) {
        CopyOption[] options = {
            StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING
        };
        attemptStep(() -> Files.move(host(from), host(to), options));
    }

    @Override
    public void symlink(String target, String path) {
        attemptStep(() -> Files.createSymbolicLink(host(path), Path.of(target)));
    }

    @Override
    public String readLink(String path) {
        return attempt(() -> Files.readSymbolicLink(host(path)).toString());
    }

    @Override
    public void link(String existing, String path) {
        attemptStep(() -> Files.createLink(host(path), host(existing)));
    }

    @Override
    public void setMode(String path, int mode) {
        attemptStep(() -> Files.setPosixFilePermissions(host(path), permissions(mode)));
    }

    @Override
    public void setModified(String path, long millis) {
        attemptStep(() ->
                Files.getFileAttributeView(host(path), PosixFileAttributeView.class)
                        .setTimes(FileTime.fromMillis(millis), null, null));
    }

    @Override
    public void syncDirectory(String path) {
        if (durable) {
            attemptStep(() -> {
                try (FileChannel folder = FileChannel.open(host(path), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            });
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < PERMISSIONS.length; bit++) {
            if ((mode >> bit & 1) != 0) {
                set.add(PERMISSIONS[bit]);
            }
        }
        return set;
    }

    private record HostFile(FileChannel channel, Path path, boolean durable) implements OpenFile {
        @Override
        public int read(byte[] target, int offset, int length, long position) {
            return attempt(() -> {
                ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
                int total = 0;
                while (buffer.hasRemaining()) {
                    int count = channel.read(buffer, position + total);
                    if (count <= 0) {
                        break;
                    }
                    total += count;
                }
                return total;
            });
        }

        @Override
        public void write(byte[] source, int offset, int length, long position) {
            attemptStep(() -> {
                ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
                long at = position;
                while (buffer.hasRemaining()) {
                    at += channel.write(buffer, at);
                }
            });
        }

        @Override
        public long size() {
            return attempt(channel::size);
        }

        @Override
        public void truncate(long size) {
            attemptStep(() -> {
                if (size > channel.size()) {
                    channel.write(ByteBuffer.allocate(1), size - 1);
                } else {
                    channel.truncate(size);
                }
            });
        }

        @Override
        public void sync(boolean metadata) {
            if (durable) {
                attemptStep(() -> channel.force(metadata));
            }
        }

        /** By the path where it still leads to this file; a deleted one keeps its size. */
        @Override
        public FileStatus status() {
            return attempt(() -> {
                try {
                    FileStatus named = statusOf(path);
                    return new FileStatus(
                            named.mode(),
                            channel.size(),
                            named.inode(),
                            named.links(),
                            named.modified());
                } catch (java.nio.file.NoSuchFileException e) {
                    return new FileStatus(FileStatus.REGULAR | 0600, channel.size(), 0, 0, 0);
                }
            });
        }

        @Override
        public void setMode(int mode) {
            attemptStep(() -> Files.setPosixFilePermissions(path, permissions(mode)));
        }

        @Override
        public void close() {
            attemptStep(channel::close);
        }
    }
}
