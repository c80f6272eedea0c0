package dev.culvert.pglite.fs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A data directory's content in the heap, from which in-memory databases are made: they share its
 * arrays until they write.
 */
public final class DataTemplate {
    private record Entry(String path, int mode, long size, byte[] content) {}

    private final List<Entry> files = new ArrayList<>();
    private final List<Entry> folders = new ArrayList<>();

    private DataTemplate() {}

    /** Reads a tar archive, gzipped or not. */
    public static DataTemplate read(InputStream archive) throws IOException {
        DataTemplate template = new DataTemplate();
        TarArchive.read(
                archive,
                new TarArchive.Visitor() {
                    @Override
                    public void directory(String path, int mode) {
                        template.folders.add(new Entry(path, mode, 0, new byte[0]));
                    }

                    @Override
                    public void file(String path, int mode, long size, InputStream content)
                            throws IOException {
                        byte[] bytes = content.readNBytes(Math.toIntExact(size));
                        if (bytes.length < size) {
                            throw new IOException("the archive ends within " + path);
                        }
                        template.files.add(new Entry(path, mode, size, withoutZeros(bytes)));
                    }
                });
        return template;
    }

    /** A file of write-ahead log is mostly zeros at its end. */
    private static byte[] withoutZeros(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end > bytes.length / 2 ? bytes : java.util.Arrays.copyOf(bytes, end);
    }

    /** Whether this is a data directory at all. */
    public boolean isDatabase() {
        return files.stream().anyMatch(entry -> entry.path.equals("/PG_VERSION"));
    }

    /** A new file system with this content. */
    public MemoryFileSystem instantiate() {
        MemoryFileSystem system = new MemoryFileSystem();
        for (Entry folder : folders) {
            if (!folder.path.equals("/")) {
                system.addFolder(folder.path, folder.mode);
            }
        }
        for (Entry file : files) {
            system.addShared(file.path, file.content, 0, file.content.length, file.size, file.mode);
        }
        return system;
    }

    /** Writes the content into an empty file system. */
    public void copyTo(FileSystem target) {
        for (Entry folder : folders) {
            if (!folder.path.equals("/")) {
                target.makeDirectory(folder.path, folder.mode == 0 ? 0700 : folder.mode);
            }
        }
        for (Entry entry : files) {
            OpenFile file =
                    target.open(entry.path, true, true, entry.mode == 0 ? 0600 : entry.mode);
            try {
                file.write(entry.content, 0, entry.content.length, 0);
                if (entry.content.length < entry.size) {
                    file.truncate(entry.size);
                }
                file.sync(true);
            } finally {
                file.close();
            }
        }
        folders.forEach(folder -> target.syncDirectory(folder.path));
        target.syncDirectory("/");
    }

    /** Reads a template from a stream that is closed afterwards. */
    public static DataTemplate readAndClose(InputStream archive) {
        try (archive) {
            return read(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
