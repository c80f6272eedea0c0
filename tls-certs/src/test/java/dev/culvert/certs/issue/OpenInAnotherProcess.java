package dev.culvert.certs.issue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;

/** A process that opens the development CA in a directory and prints its certificate. */
final class OpenInAnotherProcess {
    private OpenInAnotherProcess() {}

    static Process start(Path directory) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        try {
            return new ProcessBuilder(
                            java.toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            OpenInAnotherProcess.class.getName(),
                            directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static void main(String[] arguments) {
        DevelopmentCa ca = DevelopmentCa.openOrCreate(Path.of(arguments[0]), Clock.systemUTC());
        System.out.print(ca.caCertificatePem());
    }
}
