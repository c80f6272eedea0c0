package dev.culvert.load.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of ours that runs for as long as it is needed. */
public final class Child implements AutoCloseable {
    private static final int STOP_SECONDS = 10;

    /** Fields of /proc/PID/stat (proc(5)), counted from after the program's name. */
    private static final int UTIME = 11;

    private static final int STIME = 12;
    private static final int CUTIME = 13;
    private static final int CSTIME = 14;

    private static final double TICKS_PER_SECOND = 100;

    private final Process process;

    private final Path log;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
        // also when something fails before anybody could close it
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    }

    /**
     * Starts a program.
     *
     * @param log where its standard error goes
     */
    public static Child start(List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new Child(
                builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start(), log);
    }

    /** The next line that it prints. */
    public String line() throws IOException {
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the program ended: " + Files.readString(log));
        }
        return line;
    }

    /** Gives it a line. */
    public void say(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** CPU time of a process since it began, of all its threads, in seconds; steps of 10 ms. */
    public static double cpuSeconds(long pid) {
        return ticks(Long.toString(pid), UTIME, STIME) / TICKS_PER_SECOND;
    }

    /** The same with the processes that it has started, those that have ended included. */
    public static double cpuSecondsOfTree(long pid) {
        double ticks = ticks(Long.toString(pid), UTIME, STIME, CUTIME, CSTIME);
        for (ProcessHandle child :
                ProcessHandle.of(pid)
                        .map(ProcessHandle::descendants)
                        .orElse(Stream.empty())
                        .toList()) {
            if (Files.exists(Path.of("/proc/" + child.pid() + "/stat"))) {
                ticks += ticks(Long.toString(child.pid()), UTIME, STIME, CUTIME, CSTIME);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** CPU time of those that this process has started, and that have ended. */
    public static double cpuSecondsOfEnded() {
        return ticks("self", CUTIME, CSTIME) / TICKS_PER_SECOND;
    }

    private static double ticks(String process, int... fields) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int field : fields) {
                ticks += Long.parseLong(values[field]);
            }
            return ticks;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resident memory of a process in bytes. */
    public static long residentBytes(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
                }
            }
            throw new IOException("no VmRSS of process " + pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
