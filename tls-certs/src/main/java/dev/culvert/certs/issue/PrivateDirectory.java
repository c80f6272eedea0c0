package dev.culvert.certs.issue;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A directory that only its owner can enter, whose files appear whole and with their permissions
 * from the first moment, and which one process at a time may change.
 *
 * <p>On file systems without POSIX permissions (Windows) access follows the user's profile folder
 * and nothing is checked here.
 */
final class PrivateDirectory {
    private static final String DIRECTORY_MODE = "rwx------";
    private static final String SECRET_MODE = "rw-------";
    private static final String PUBLIC_MODE = "rw-r--r--";
    private static final String LOCK_FILE = "ca.lock";

    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> OTHERS_ANY =
            PosixFilePermissions.fromString("---rwxrwx");

    /** File locks are per process, so threads of this one take turns here first. */
    private static final ReentrantLock IN_PROCESS = new ReentrantLock();

    private final Path path;
    private final boolean posix;

    private PrivateDirectory(Path path, boolean posix) {
        this.path = path;
        this.posix = posix;
    }

    /** Opens the directory, creating it (and its parents) for the owner alone if it is absent. */
    static PrivateDirectory open(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        PrivateDirectory opened = new PrivateDirectory(path, posix);
        try {
            Files.createDirectories(path, opened.mode(DIRECTORY_MODE));
        } catch (IOException failed) {
            throw inaccessible(path, "the directory cannot be created", failed);
        }
        opened.refuse(
                path,
                OTHERS_WRITE,
                "other users of this machine can change what is in it",
                "run: chmod 700 ");
        return opened;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Runs while no other process or thread does the same in this directory; waits its turn. */
    <T> T exclusively(Supplier<T> action) {
        Path lockFile = resolve(LOCK_FILE);
        IN_PROCESS.lock();
        try (FileChannel channel =
                FileChannel.open(
                        lockFile,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        mode(SECRET_MODE))) {
            channel.lock();
            return action.get();
        } catch (IOException failed) {
            throw inaccessible(lockFile, "the directory cannot be locked", failed);
        } finally {
            IN_PROCESS.unlock();
        }
    }

    /** Replaces a file that only the owner may read. */
    void writeSecret(Path file, String text) {
        write(file, text, SECRET_MODE);
    }

    /** Replaces a file that needs no secrecy. */
    void writePublic(Path file, String text) {
        write(file, text, PUBLIC_MODE);
    }

    /** Refuses a key file that others could have read, or changed. */
    void requireSecret(Path file) {
        refuse(
                file,
                OTHERS_ANY,
                "other users of this machine can read or change this key",
                "if one of them may have, delete it with its certificate so that a new one is made;"
                        + " if not, run: chmod 600 ");
    }

    private void refuse(Path file, Set<PosixFilePermission> unwanted, String text, String remedy) {
        if (!posix) {
            return;
        }
        try {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
            if (found.stream().anyMatch(unwanted::contains)) {
                throw new CertificateFileException(
                        file,
                        CertificateProblem.TOO_OPEN,
                        text
                                + " (permissions "
                                + PosixFilePermissions.toString(found)
                                + "); "
                                + remedy
                                + file);
            }
        } catch (IOException failed) {
            throw inaccessible(file, "its permissions cannot be read", failed);
        }
    }

    private void write(Path file, String text, String mode) {
        try {
            Path draft = Files.createTempFile(path, ".new-", ".tmp", mode(mode));
            try {
                try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                    out.force(true);
                }
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException failed) {
            throw inaccessible(file, "the file cannot be written", failed);
        }
    }

    private FileAttribute<?>[] mode(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static CertificateFileException inaccessible(
            Path file, String text, IOException cause) {
        return new CertificateFileException(
                file, CertificateProblem.NOT_ACCESSIBLE, text + " (" + cause + ")", cause);
    }
}
