package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, as a person runs it. */
@Timeout(180)
class DemoIT {
    @TempDir private Path home;

    @Test
    void prints_lines_that_work_tells_of_clients_and_stops_with_ctrl_c() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("./culvert", "demo", "--postgres-port", "0", "--https-port", "0")
                        .directory(SharedDatabase.root().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CULVERT_HOME", home.toString());
        Process demo = builder.start();
        try (BufferedReader out = demo.inputReader()) {
            List<String> greeting = readUntil(out, "Ctrl-C stops everything.");
            String psql = after(greeting, "psql  ");

            assertThat(shell(psql + " -X -A -t -c 'SELECT 6 * 7'")).isEqualTo("42\n");
            assertThat(readUntil(out, "left (terminated)"))
                    .anyMatch(line -> line.contains("psql connected from 127.0.0.1"));

            String url = after(greeting, "URL   ");
            assertThat(shell("psql '" + url + "' -X -A -t -c 'SELECT 6 * 7'")).isEqualTo("42\n");

            try (Connection jdbc = DriverManager.getConnection(after(greeting, "JDBC  "))) {
                assertThat(jdbc.isValid(5)).isTrue();
            }

            // it needs no other program
            assertThat(demo.descendants()).isEmpty();
            new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();

            assertThat(demo.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(shell(psql + " -X -c 'SELECT 1' 2>&1 || true")).contains("refused");
        } finally {
            demo.descendants().forEach(ProcessHandle::destroy);
            demo.destroy();
        }
    }

    private static List<String> readUntil(BufferedReader out, String text) throws Exception {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the demo ended; it said " + lines);
            }
            lines.add(line);
            if (line.contains(text)) {
                return lines;
            }
        }
    }

    private static String after(List<String> lines, String label) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(label))
                .map(line -> line.substring(label.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static String shell(String command) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
