package dev.culvert.agent.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with an empty database, out of the embedded binaries on the class path. It
 * runs as nobody where the tests are root's, as it refuses to be root.
 */
public final class RealPostgres implements AutoCloseable {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final long STEP_SECONDS = 60;
    private static final int ATTEMPTS = 300;
    private static final long ATTEMPT_NANOS = 100_000_000;

    private final Path directory;
    private final Process server;
    private final int port;

    private RealPostgres(Path directory, Process server, int port) {
        this.directory = directory;
        this.server = server;
        this.port = port;
    }

    /** Unpacks, initializes and starts a server. */
    public static RealPostgres start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    /**
     * The same, set up in another way.
     *
     * @param files written to the data directory, by name; private to the server
     * @param settings as {@code name=value}
     */
    public static RealPostgres start(Map<String, String> files, String... settings)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("culvert-postgres");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path archive = directory.resolve("postgres.txz");
        try (InputStream in = RealPostgres.class.getResourceAsStream(ARCHIVE)) {
            if (in == null) {
                throw new IOException("no " + ARCHIVE + " on the class path");
            }
            Files.copy(in, archive);
        }
        run(directory, List.of("tar", "xJf", archive.toString(), "-C", directory.toString()));
        Files.delete(archive);
        Path work = Files.createDirectory(directory.resolve("work"));
        if (isRoot()) {
            run(directory, List.of("chown", "65534:65534", work.toString()));
        }
        Path data = work.resolve("data");
        run(
                directory,
                asNobody(
                        directory.resolve("bin/initdb").toString(),
                        "-D",
                        data.toString(),
                        "-U",
                        "postgres",
                        "-E",
                        "UTF8",
                        "--locale=C",
                        "--lc-ctype=C.UTF-8",
                        "--auth=trust",
                        "--no-sync"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = work.resolve(file.getKey());
            Files.writeString(path, file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            if (isRoot()) {
                run(directory, List.of("chown", "65534:65534", path.toString()));
            }
            run(directory, asNobody("mv", path.toString(), data.toString()));
        }
        int port = freePort();
        List<String> command =
                asNobody(
                        directory.resolve("bin/postgres").toString(),
                        "-D",
                        data.toString(),
                        "-k",
                        work.toString(),
                        "-p",
                        Integer.toString(port),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        // as PGlite has them
                        "-c",
                        "search_path=public",
                        "-c",
                        "TimeZone=UTC",
                        "-c",
                        "max_parallel_workers_per_gather=0",
                        "-c",
                        "fsync=off",
                        "-c",
                        "autovacuum=off",
                        "-c",
                        "log_min_messages=panic");
        for (String setting : settings) {
            command.addAll(List.of("-c", setting));
        }
        Process server =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        return new RealPostgres(directory, server, port);
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** A conversation; waits while the server starts, or recovers from a crash. */
    Conversation converse() throws IOException {
        return converse(Map.of("database", "postgres"));
    }

    /** The same with any parameters. */
    Conversation converse(Map<String, String> parameters) throws IOException {
        IOException last = new IOException("the server has ended");
        for (int i = 0; i < ATTEMPTS && server.isAlive(); i++) {
            try {
                return Conversation.begin(
                        new Socket(InetAddress.getLoopbackAddress(), port),
                        "postgres",
                        "",
                        parameters);
            } catch (Conversation.RefusedException e) {
                if (!e.answer().toString().contains("C=57P03")) {
                    throw e;
                }
                last = e;
                LockSupport.parkNanos(ATTEMPT_NANOS);
            } catch (IOException e) {
                last = e;
                LockSupport.parkNanos(ATTEMPT_NANOS);
            }
        }
        throw last;
    }

    @Override
    public void close() {
        // SIGINT, which Java cannot send, would be the fast way; with nobody connected SIGTERM is
        server.destroy();
        try {
            if (!server.waitFor(STEP_SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(RealPostgres::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static List<String> asNobody(String... command) {
        List<String> whole = new ArrayList<>();
        if (isRoot()) {
            whole.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        whole.addAll(List.of(command));
        return whole;
    }

    private static void run(Path directory, List<String> command)
            throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!process.waitFor(STEP_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(log));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
