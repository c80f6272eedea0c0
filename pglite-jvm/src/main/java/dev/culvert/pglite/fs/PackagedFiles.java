package dev.culvert.pglite.fs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The files of PGlite's package, read once a JVM and shared by all instances.
 *
 * @param all every file's content, one behind the other
 */
public record PackagedFiles(byte[] all, List<Entry> entries) {
    /** Where a file lies in the array. */
    public record Entry(String path, int offset, int length) {}

    /** Reads {@code files.bin} and its index. */
    public static PackagedFiles read(Function<String, InputStream> resources) {
        try (InputStream content = resources.apply("files.bin");
                BufferedReader index =
                        new BufferedReader(
                                new InputStreamReader(
                                        resources.apply("files.index"), StandardCharsets.UTF_8))) {
            List<Entry> entries = new ArrayList<>();
            for (String line = index.readLine(); line != null; line = index.readLine()) {
                String[] parts = line.split(" ", 3);
                entries.add(
                        new Entry(
                                parts[2], Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
            }
            return new PackagedFiles(content.readAllBytes(), List.copyOf(entries));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A root with the package's files, and the folders that Emscripten's programs expect. */
    public MemoryFileSystem root() {
        MemoryFileSystem root = new MemoryFileSystem();
        for (Entry entry : entries) {
            root.addShared(entry.path, all, entry.offset, entry.length, mode(entry.path));
        }
        for (String folder : List.of("/tmp", "/dev", "/dev/shm", "/dev/shm/tmp", "/pglite/data")) {
            root.makeDirectory(folder, 0700);
        }
        return root;
    }

    private static int mode(String path) {
        if (path.endsWith("/.pgpass")) {
            return 0600;
        }
        return path.startsWith("/pglite/bin/") ? 0555 : 0666;
    }
}
