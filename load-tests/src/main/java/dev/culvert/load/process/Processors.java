package dev.culvert.load.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the machine's processors have done since it started, whoever made them: ticks, of all
 * together.
 *
 * @param busy not idle, and not waiting for a disk
 */
public record Processors(long busy, long all) {
    private static final int IDLE = 4;
    private static final int IO_WAIT = 5;

    /** Fields after it are parts of others (proc_stat(5)). */
    private static final int STEAL = 8;

    /** Until now. */
    public static Processors now() {
        try {
            // cpu, two spaces, user, nice, system, idle, iowait, irq, softirq, steal, …
            String[] fields = Files.readString(Path.of("/proc/stat")).split("\\s+", STEAL + 2);
            long all = 0;
            for (int i = 1; i <= STEAL; i++) {
                all += Long.parseLong(fields[i]);
            }
            return new Processors(
                    all - Long.parseLong(fields[IDLE]) - Long.parseLong(fields[IO_WAIT]), all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How much of the time since then they were busy, from 0 to 100. */
    public double percentSince(Processors then) {
        return 100.0 * (busy - then.busy) / Math.max(1, all - then.all);
    }
}
