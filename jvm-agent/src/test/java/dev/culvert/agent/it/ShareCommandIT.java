package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert share} as a process. */
@Timeout(180)
class ShareCommandIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private static Path certificates;
    private static TestRelay relay;

    @TempDir private Path temporary;

    @BeforeAll
    static void start() {
        relay = TestRelay.start(certificates);
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    @Test
    void a_folder_is_shared_until_a_signal_and_a_file_and_the_environment_have_options()
            throws Exception {
        Path config = temporary.resolve("share.yaml");
        Files.writeString(
                config,
                """
                relay: %s
                ca: %s
                name: from-the-file
                user: [anna, ben]
                allow: [127.0.0.0/8]
                mode: queue
                """
                        .formatted(relay.url(), relay.caFile()));
        Process share =
                start("--config", config.toString(), "--db", temporary.resolve("data").toString());
        try (BufferedReader out = share.inputReader()) {
            JsonNode shared = next(out, "shared");
            assertThat(shared.path("name").asText()).isEqualTo("from-the-file");
            assertThat(shared.path("password").asText()).isEqualTo("from-the-environment");
            JsonNode other = shared.path("users").path(0);
            assertThat(other.path("user").asText()).isEqualTo("ben");
            relay.connect("from-the-file", "ben", other.path("password").asText()).close();
            try (Connection connection =
                            relay.connect("from-the-file", "anna", "from-the-environment");
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT 42")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getInt(1)).isEqualTo(42);
            }
            assertThat(shell(shared.path("psql").asText() + " -X -A -t -c 'SELECT 6 * 7'"))
                    .isEqualTo("42\n");
            assertThat(
                            shell(
                                    "psql '"
                                            + shared.path("url").asText()
                                            + "' -X -A -t -c 'SELECT 7 * 7'"))
                    .isEqualTo("49\n");
            assertThat(next(out, "client-connected").path("address").asText())
                    .isEqualTo("127.0.0.1");

            new ProcessBuilder("kill", "-TERM", Long.toString(share.pid())).start().waitFor();
            assertThat(next(out, "closed").path("reason").asText()).isEqualTo("closed");
            assertThat(share.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(share.exitValue()).isZero();
        } finally {
            share.destroyForcibly();
        }
    }

    @Test
    void text_for_a_person_and_an_end_with_standard_input() throws Exception {
        Process share =
                start(
                        "--relay",
                        relay.url(),
                        "--ca",
                        relay.caFile().toString(),
                        "--format",
                        "text",
                        "--exit-with-stdin");
        try (BufferedReader out = share.inputReader()) {
            List<String> lines = new ArrayList<>();
            for (String line = out.readLine();
                    line != null && !line.contains("Ctrl-C");
                    line = out.readLine()) {
                lines.add(line);
            }
            assertThat(lines)
                    .anyMatch(line -> line.startsWith("  URL   postgres://postgres:"))
                    .anyMatch(line -> line.startsWith("  env   DATABASE_URL='postgres://"))
                    .anyMatch(line -> line.startsWith("  JDBC  jdbc:postgresql://"));
            share.getOutputStream().close();
            assertThat(share.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(share.exitValue()).isZero();
        } finally {
            share.destroyForcibly();
        }
    }

    @Test
    void exit_codes_tell_what_went_wrong() throws Exception {
        String ca = relay.caFile().toString();
        assertThat(exitCode("--memory")).as("no relay").isEqualTo(2);
        assertThat(exitCode("--relay", relay.url(), "--ca", "missing.pem")).isEqualTo(2);
        assertThat(exitCode("--relay", "wss://localhost:1")).as("nobody there").isEqualTo(1);
        assertThat(exitCode("--relay", relay.url(), "--ca", ca, "--allow", "everywhere"))
                .as("refused")
                .isEqualTo(3);
        Files.writeString(temporary.resolve("notes.txt"), "not a database");
        assertThat(exitCode("--relay", relay.url(), "--ca", ca, "--db", temporary.toString()))
                .as("no database")
                .isEqualTo(4);
    }

    private int exitCode(String... options) throws Exception {
        Process process = start(options);
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("./culvert", "share"));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(SharedDatabase.root().toFile())
                        .redirectError(temporary.resolve("err").toFile());
        builder.environment().put("CULVERT_HOME", temporary.resolve("home").toString());
        builder.environment().put("CULVERT_PASSWORD", "from-the-environment");
        return builder.start();
    }

    private static JsonNode next(BufferedReader out, String event) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            JsonNode read = JSON.readTree(line);
            if (read.path("event").asText().equals(event)) {
                return read;
            }
        }
        throw new AssertionError("the command ended before " + event);
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
