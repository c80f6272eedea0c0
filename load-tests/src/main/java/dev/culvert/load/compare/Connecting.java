package dev.culvert.load.compare;

import dev.culvert.load.process.Child;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pgbench -C}: connects, authenticates and asks {@code SELECT 1}, again and again. */
final class Connecting {
    private static final Pattern PROCESSED =
            Pattern.compile("number of transactions actually processed: (\\d+)");
    private static final Pattern LATENCY = Pattern.compile("latency average = ([0-9.]+) ms");

    private final Path script;
    private final int seconds;

    Connecting(Workplace place, double seconds) throws IOException {
        script = Files.writeString(place.path("select1.sql"), "SELECT 1;\n");
        this.seconds = Math.max(1, (int) seconds);
    }

    Map<Figure, Double> run(Contender contender) throws Exception {
        double cpu = Child.cpuSeconds(contender.pid());
        Process process =
                new ProcessBuilder(
                                "pgbench",
                                "-n",
                                "-C",
                                "-f",
                                script.toString(),
                                "-T",
                                Integer.toString(seconds),
                                contender.address(0).conninfo())
                        .redirectErrorStream(true)
                        .start();
        String report = String.join("\n", process.inputReader().lines().toList());
        Matcher processed = PROCESSED.matcher(report);
        Matcher latency = LATENCY.matcher(report);
        if (process.waitFor() != 0 || !processed.find() || !latency.find()) {
            throw new IOException("pgbench: " + report);
        }
        Map<Figure, Double> found = new EnumMap<>(Figure.class);
        found.put(Figure.CONNECT_MILLIS, Double.parseDouble(latency.group(1)));
        if (contender.isInTheMiddle()) {
            found.put(
                    Figure.CPU_MICROS_PER_TRANSACTION,
                    (Child.cpuSeconds(contender.pid()) - cpu)
                            * 1e6
                            / Long.parseLong(processed.group(1)));
        }
        return found;
    }
}
