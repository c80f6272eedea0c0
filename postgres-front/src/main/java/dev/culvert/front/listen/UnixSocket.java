package dev.culvert.front.listen;

import java.io.IOException;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket, where libpq looks for it. Only the user who runs the server may
 * connect: the folder is made for that user alone, if it is missing, and so is the file.
 *
 * <p>Blocks, as file systems do; used while a server starts and stops.
 */
final class UnixSocket {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocket.class);

    private UnixSocket() {}

    static boolean isMeantBy(FrontSettings settings) {
        return settings.host().startsWith("/");
    }

    static Path file(FrontSettings settings) {
        return Path.of(settings.host(), ".s.PGSQL." + settings.port());
    }

    /**
     * Makes the folder, and removes a socket that a server has left behind.
     *
     * @throws BindException when a server listens on it
     */
    static void makeRoom(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        if (!Files.exists(file)) {
            return;
        }
        try (SocketChannel answered = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            throw new BindException(file + " is in use (" + answered.getLocalAddress() + ")");
        } catch (BindException e) {
            throw e;
        } catch (IOException nobodyListens) {
            Files.delete(file);
        }
    }

    /** For the user who runs the server only. */
    static void restrict(Path file) {
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("a socket's file stays behind");
        }
    }
}
