package dev.culvert.load.process;

import dev.culvert.certs.issue.DevelopmentCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;

/** A folder for what the contenders need, a certificate, and how programs of ours are started. */
public final class Workplace implements AutoCloseable {
    /** What relays of a comparison serve. */
    public static final String DOMAIN = "relay.test";

    /** The program java of the JVM that runs this one. */
    public static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();

    /** Debian's Postgres and PgBouncer refuse to be root. */
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Path directory;
    private final Path ca;
    private final Path certificate;
    private final Path key;

    /** Makes the folder and the certificate. */
    public Workplace() throws IOException {
        directory = Files.createTempDirectory("culvert-compare");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        DevelopmentCa authority =
                DevelopmentCa.openOrCreate(directory.resolve("ca"), Clock.systemUTC());
        ca = authority.caFile();
        authority.serverCertificate(new LinkedHashSet<>(List.of("*." + DOMAIN, "localhost")));
        certificate = authority.serverCertificateFile();
        key = authority.serverKeyFile();
    }

    /** Of the domain and of localhost, PEM. */
    public Path certificate() {
        return certificate;
    }

    /** The certificate's. */
    public Path key() {
        return key;
    }

    /** What signed the certificate. */
    public Path ca() {
        return ca;
    }

    /** A file of this name. */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /** Where a program's standard error goes. */
    public Path log(String name) {
        return path(name + ".log");
    }

    /** The command of a program of this module, with the JVM that runs this one. */
    public List<String> java(Class<?> main, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                JAVA,
                                "-Xmx1g",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command, run by somebody who is not root. */
    public static List<String> unprivileged(List<String> command) {
        if (!ROOT) {
            return command;
        }
        List<String> wrapped =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=postgres",
                                "--regid=postgres",
                                "--clear-groups",
                                "--"));
        wrapped.addAll(command);
        return wrapped;
    }

    /** Gives a file to the one who is not root. */
    public static void giveAway(Path file) throws IOException, InterruptedException {
        if (ROOT) {
            new ProcessBuilder("chown", "-R", "postgres:", file.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
