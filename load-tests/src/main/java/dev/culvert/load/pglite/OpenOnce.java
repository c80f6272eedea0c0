package dev.culvert.load.pglite;

import dev.culvert.pglite.PGlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the data directory; prints milliseconds to the first answer and kilobytes of memory. */
final class OpenOnce {
    private static final byte[] SELECT = {
        'Q', 0, 0, 0, 13, 's', 'e', 'l', 'e', 'c', 't', ' ', '1', 0
    };

    private OpenOnce() {}

    public static void main(String[] args) throws IOException {
        long before = System.nanoTime();
        try (PGlite db = PGlite.open(Path.of(args[0]))) {
            if (db.exec(SELECT)[0] != 'T') {
                throw new IOException("select 1 is not answered");
            }
            double millis = (System.nanoTime() - before) / 1e6;
            System.out.println(millis + " " + residentKilobytes());
        }
    }

    private static String residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .findFirst()
                .orElseThrow();
    }
}
