package dev.culvert.load.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What figures were measured on.
 *
 * @param load processes that wanted to run in the minute before
 */
public record Machine(
        String processor,
        int processors,
        int memoryGib,
        String kernel,
        String java,
        int openFiles,
        double load) {
    private static final Pattern MODEL = Pattern.compile("model name\\s*: (.*)");
    private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+(\\d+) kB");
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files\\s+\\d+\\s+(\\d+)");
    private static final double KIB_PER_GIB = 1_024.0 * 1_024;

    /** This one, as it is now. */
    static Machine current() {
        return new Machine(
                find(MODEL, "/proc/cpuinfo", "unknown"),
                Runtime.getRuntime().availableProcessors(),
                (int)
                        Math.round(
                                Double.parseDouble(find(MEMORY, "/proc/meminfo", "0"))
                                        / KIB_PER_GIB),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.version"),
                Integer.parseInt(find(OPEN_FILES, "/proc/self/limits", "0")),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** What was checked out in the folder that this runs in, and whether it was changed. */
    static String commit() throws IOException, InterruptedException {
        String[] measured = {
            "git", "diff", "--quiet", "HEAD", "--", ".", ":!load-tests/results", ":!*.md", ":!*.svg"
        };
        Process name = git("git", "rev-parse", "--short", "HEAD");
        String commit =
                new String(name.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (commit.isEmpty()) {
            return "unknown";
        }
        return git(measured).waitFor() == 0 ? commit : commit + " with changes";
    }

    private static Process git(String... command) throws IOException {
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static String find(Pattern pattern, String file, String otherwise) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
            return matcher.find() ? matcher.group(1) : otherwise;
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** As a sentence has it. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d × %s, %d GiB, %s, JDK %s, load before %.1f",
                processors,
                processor,
                memoryGib,
                kernel,
                java,
                load);
    }
}
