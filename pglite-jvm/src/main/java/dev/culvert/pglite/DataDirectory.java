package dev.culvert.pglite;

import dev.culvert.pglite.fs.DataTemplate;
import dev.culvert.pglite.fs.HostFileSystem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A database's folder on the host, held against everybody else by a lock on a file in it. A folder
 * that is being filled has a marker, so that one that was filled by half is filled again.
 */
final class DataDirectory implements AutoCloseable {
    private static final String LOCK = "culvert.lock";
    private static final String MARKER = "culvert.incomplete";

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /** Locks the folder, which is made if it is missing. */
    static DataDirectory open(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(
                            folder.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // another instance in this JVM
            } finally {
                if (lock == null) {
                    channel.close();
                }
            }
            if (lock == null) {
                throw new PGliteException(folder + " is open already, here or in another process");
            }
            return new DataDirectory(folder, channel, lock);
        } catch (IOException e) {
            throw new PGliteException(folder + " cannot be opened", e);
        }
    }

    /** Whether there is a database, wholly made. */
    boolean hasDatabase() {
        return Files.exists(folder.resolve("PG_VERSION")) && !Files.exists(folder.resolve(MARKER));
    }

    /** Fills the folder, which has to be empty but for what an interrupted attempt has left. */
    void fill(Supplier<DataTemplate> template) {
        try {
            if (Files.exists(folder.resolve(MARKER))) {
                clear();
            } else if (!others().isEmpty()) {
                throw new PGliteException(folder + " is neither empty nor a database");
            }
            DataTemplate content = template.get();
            if (!content.isDatabase()) {
                throw new PGliteException("the dump is not one of a data directory");
            }
            HostFileSystem target = new HostFileSystem(folder, true);
            target.open("/" + MARKER, true, true, 0600).close();
            target.syncDirectory("/");
            content.copyTo(target);
            Files.delete(folder.resolve(MARKER));
            target.syncDirectory("/");
        } catch (IOException e) {
            throw new PGliteException(folder + " cannot be filled", e);
        }
    }

    private List<Path> others() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !path.endsWith(LOCK)).toList();
        }
    }

    /** The marker goes last. */
    private void clear() throws IOException {
        for (Path other : others()) {
            if (!other.endsWith(MARKER)) {
                try (Stream<Path> all = Files.walk(other)) {
                    for (Path path :
                            (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                        Files.delete(path);
                    }
                }
            }
        }
        Files.delete(folder.resolve(MARKER));
    }

    HostFileSystem files(boolean durable) {
        return new HostFileSystem(folder, durable);
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new PGliteException(folder + " cannot be closed", e);
        }
    }
}
