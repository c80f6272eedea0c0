package dev.culvert.load.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a relay's process uses, as Linux and the JVM's own diagnostics tell. */
public final class RelayProcess {
    private static final int SETTLE_SECONDS = 90;
    private static final int SETTLE_TRIES = 20;
    private static final long SETTLED_BYTES = 500_000;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern HEAP = Pattern.compile("used (\\d+)K");

    /**
     * Figures of one moment.
     *
     * @param heapMib used heap
     * @param residentMib resident memory of the process
     * @param sockets open sockets
     */
    public record Figures(long heapMib, long residentMib, long sockets) {
        /** As a JSON object. */
        public String json() {
            return "{\"heapMib\":%d,\"residentMib\":%d,\"sockets\":%d}"
                    .formatted(heapMib, residentMib, sockets);
        }
    }

    private final long pid;

    /** A relay that runs. */
    public RelayProcess(long pid) {
        this.pid = pid;
    }

    /** The figures after a full collection, when so many sockets are left or some time is over. */
    public Figures settled(long sockets) throws InterruptedException {
        for (int i = 0; i < SETTLE_SECONDS && sockets() > sockets; i++) {
            TimeUnit.SECONDS.sleep(1);
        }
        jcmd("GC.run", "System.trim_native_heap");
        return figures();
    }

    /** Resident bytes when all garbage is collected, and what malloc keeps is given back. */
    public long liveBytes() {
        // what the first one makes cleaners free is there for the second
        jcmd("GC.run", "GC.run", "System.trim_native_heap");
        return Child.residentBytes(pid);
    }

    /**
     * The same when it has stopped shrinking: compilers have work to do for a while after load, and
     * keep memory until it is done.
     *
     * @param seconds until it is looked at again; 0 not to wait
     */
    public long settledBytes(int seconds) throws InterruptedException {
        long last = liveBytes();
        for (int i = 0; i < SETTLE_TRIES && seconds > 0; i++) {
            TimeUnit.SECONDS.sleep(seconds);
            long now = liveBytes();
            if (last - now < SETTLED_BYTES) {
                return now;
            }
            last = now;
        }
        return last;
    }

    /** The figures as they are. */
    public Figures figures() {
        return new Figures(heapMib(), residentMib(), sockets());
    }

    /** Threads of Java, and of the JVM's own. */
    public long threads() {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long sockets() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return files.filter(RelayProcess::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (NoSuchFileException e) {
            return false; // closed meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long residentMib() {
        try {
            return first(RESIDENT, Files.readString(Path.of("/proc/" + pid + "/status"))) / 1_024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long heapMib() {
        return first(HEAP, jcmd("GC.heap_info")) / 1_024;
    }

    private String jcmd(String... commands) {
        try {
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                                    Long.toString(pid),
                                    "-f",
                                    "/dev/stdin")
                            .redirectErrorStream(true)
                            .start();
            try (Writer input = process.outputWriter()) {
                input.write(String.join("\n", commands) + "\n");
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("nothing like " + pattern + " in " + text);
        }
        return Long.parseLong(matcher.group(1));
    }
}
