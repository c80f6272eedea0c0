package dev.culvert.load.compare;

import dev.culvert.load.process.Processors;
import dev.culvert.load.process.Workplace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** COPY with psql, one stream or several at once, each with a client of its own. */
final class Copy {
    /** Which way the rows go. */
    enum Direction {
        OUT,
        IN
    }

    private static final double MEGABYTE = 1e6;
    private static final byte[] ROW = ("x".repeat(96) + "\n").getBytes(StandardCharsets.UTF_8);

    private final Path rows;
    private final int streams;
    private final long bytesPerStream;

    /**
     * A load.
     *
     * @param bytes of all streams together
     */
    Copy(Workplace place, int streams, long bytes) throws IOException {
        this.streams = streams;
        bytesPerStream = bytes / streams / ROW.length * ROW.length;
        rows = place.path("rows-" + streams);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(rows))) {
            for (long i = 0; i < bytesPerStream; i += ROW.length) {
                out.write(ROW);
            }
        }
    }

    Map<Figure, Double> run(Contender contender, Direction direction)
            throws IOException, InterruptedException {
        Usage before = Usage.now(contender);
        Processors machine = Processors.now();
        long start = System.nanoTime();
        List<Process> running = new ArrayList<>();
        for (int client = 0; client < streams; client++) {
            running.add(
                    switch (direction) {
                        case OUT ->
                                Psql.start(
                                        contender,
                                        client,
                                        contender.copyOut(bytesPerStream),
                                        ProcessBuilder.Redirect.from(
                                                Path.of("/dev/null").toFile()));
                        case IN -> Psql.start(contender, client, contender.copyIn(), rows);
                    });
        }
        for (Process psql : running) {
            Psql.await(psql);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double megabytes = bytesPerStream * streams / MEGABYTE;
        Map<Figure, Double> found = new EnumMap<>(Figure.class);
        found.put(Figure.MEGABYTES_PER_SECOND, megabytes / seconds);
        found.put(Figure.MACHINE_BUSY, Processors.now().percentSince(machine));
        Usage.now(contender).since(before, megabytes, found);
        return found;
    }
}
