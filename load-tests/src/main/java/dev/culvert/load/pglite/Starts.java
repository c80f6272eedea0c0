package dev.culvert.load.pglite;

import dev.culvert.pglite.PGlite;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens a prepared data directory in processes of their own, until it has answered once. */
final class Starts implements AutoCloseable {
    /** Milliseconds, without the process' own start; then megabytes of resident memory. */
    record Result(List<Double> millis, List<Double> megabytes) {}

    private final Path folder;
    private final Path data;

    Starts() throws IOException {
        this.folder = Files.createTempDirectory("pglite-starts");
        this.data = folder.resolve("data");
        PGlite.open(data).close();
    }

    Result inNode(Path npmPackage, int rounds) throws IOException, InterruptedException {
        return run(ChildSide.startCommand(npmPackage, data), rounds);
    }

    /** A JVM without a single option. */
    Result plain(int rounds) throws IOException, InterruptedException {
        return run(java(List.of()), rounds);
    }

    /** A JVM with the serial collector, and the class data archive that it made at a first end. */
    Result archived(int rounds) throws IOException, InterruptedException {
        List<String> command =
                java(
                        List.of(
                                "-XX:+UseSerialGC",
                                "-XX:+AutoCreateSharedArchive",
                                "-XX:SharedArchiveFile=" + folder.resolve("classes.jsa"),
                                "-Xlog:cds=off"));
        once(command);
        return run(command, rounds);
    }

    private List<String> java(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", jars()));
        command.addAll(List.of(OpenOnce.class.getName(), data.toString()));
        return command;
    }

    /** The class path without folders, of which no archive is made. */
    private static String jars() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> entry.endsWith(".jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Result run(List<String> command, int rounds)
            throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        List<Double> megabytes = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            String[] figures = once(command).split(" ", -1);
            millis.add(Double.parseDouble(figures[0]));
            megabytes.add(Double.parseDouble(figures[1]) / 1024);
        }
        return new Result(millis, megabytes);
    }

    private static String once(List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader reader = process.inputReader()) {
            String line = reader.readLine();
            if (process.waitFor() != 0 || line == null) {
                throw new IOException("failed: " + command);
            }
            return line;
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
