package dev.culvert.load.pglite;

import dev.culvert.pglite.PGlite;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** PGlite in this JVM, as {@link ChildSide} drives it. */
final class JvmProgram {
    private JvmProgram() {}

    public static void main(String[] args) throws IOException {
        List<byte[]> cases = new ArrayList<>();
        try (PGlite db = PGlite.inMemory();
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            System.out.println("ready");
            String line;
            while ((line = lines.readLine()) != null) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "case" -> cases.add(Base64.getDecoder().decode(words[1]));
                    case "once" -> db.exec(cases.get(Integer.parseInt(words[1])));
                    case "time" ->
                            System.out.println(
                                    time(
                                            db,
                                            cases.get(Integer.parseInt(words[1])),
                                            Integer.parseInt(words[2])));
                    default -> throw new IOException("unknown command: " + line);
                }
            }
        }
    }

    /** The median in microseconds. */
    private static double time(PGlite db, byte[] batch, int millis) {
        List<Long> samples = new ArrayList<>();
        long end = System.nanoTime() + millis * 1_000_000L;
        do {
            long start = System.nanoTime();
            db.exec(batch);
            samples.add(System.nanoTime() - start);
        } while (System.nanoTime() < end);
        samples.sort(null);
        return samples.get(samples.size() / 2) / 1000.0;
    }
}
