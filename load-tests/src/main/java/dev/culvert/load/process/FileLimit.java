package dev.culvert.load.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many files, and so sockets, a process may open: each program is started with as many as it
 * may have.
 */
public final class FileLimit {
    /** Jars, libraries, listeners. */
    private static final int OTHERS = 250;

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files\\s+(\\d+)");

    private FileLimit() {}

    /** The sockets that this process, and those that it starts, may have. */
    public static int sockets() {
        try {
            Matcher limit = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            if (!limit.find()) {
                throw new IllegalStateException("no limit on open files");
            }
            return Integer.parseInt(limit.group(1)) - OTHERS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
