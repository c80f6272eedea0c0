package dev.culvert.pglite.build;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Folders as wholes, and this program's own classes. */
final class Folders {
    private Folders() {}

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path source : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(source).toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    /** Moves a finished folder to its final name; another build may have been first. */
    static void moveInto(Path fresh, Path target) throws IOException {
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            delete(fresh);
        }
    }

    /** The class files beside a class, by name, wherever they are: in a folder or in a jar. */
    static Map<String, byte[]> classesBeside(Class<?> type) throws IOException {
        URI location = location(type);
        if (!location.getScheme().equals("jar")) {
            return classesBeside(Path.of(location));
        }
        try (FileSystem jar = FileSystems.newFileSystem(location, Map.of())) {
            return classesBeside(jar.provider().getPath(location));
        }
    }

    private static URI location(Class<?> type) {
        try {
            return Objects.requireNonNull(type.getResource(type.getSimpleName() + ".class"))
                    .toURI();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, byte[]> classesBeside(Path file) throws IOException {
        Path folder = Objects.requireNonNull(file.getParent());
        Map<String, byte[]> classes = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.class")) {
            for (Path each : files) {
                classes.put(each.getFileName().toString(), Files.readAllBytes(each));
            }
        }
        return classes;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
