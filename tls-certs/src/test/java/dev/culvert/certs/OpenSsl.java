package dev.culvert.certs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine's {@code openssl} command, run in one directory. */
public final class OpenSsl {
    private static final long DEADLINE_SECONDS = 20;

    private final Path directory;

    /** Runs commands in this directory, so that file arguments can be bare names. */
    public OpenSsl(Path directory) {
        this.directory = directory;
    }

    /** Runs a command whose arguments hold no spaces, and returns what it printed. */
    public String run(String arguments) {
        return run(List.of(arguments.split(" ")));
    }

    private String run(List<String> arguments) {
        List<String> command = Stream.concat(Stream.of("openssl"), arguments.stream()).toList();
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + output);
            }
            return output;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /** A self-signed certificate NAME.crt for NAME.example with its P-256 key NAME.key. */
    public void selfSigned(String name) {
        run("ecparam -name prime256v1 -genkey -noout -out " + name + ".key");
        certify(name, "");
    }

    /** A self-signed certificate NAME.crt for NAME.example with the existing key NAME.key. */
    public void certify(String name, String more) {
        run(
                ("req -x509 -new -key %s.key -days 30 -subj /CN=%s -addext".formatted(name, name)
                                + " subjectAltName=DNS:%s.example -out %s.crt %s"
                                        .formatted(name, name, more))
                        .strip());
    }
}
