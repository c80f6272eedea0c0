package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that come to an end by themselves, as processes. */
@Timeout(180)
class CommandsIT {
    /** What a command has said, on both streams. */
    private record Ended(int exitCode, String said) {}

    @TempDir private static Path directory;
    private static TestRelay relay;

    @BeforeAll
    static void start() {
        relay = TestRelay.start(directory.resolve("certs"));
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    private static Ended culvert(Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                "dev.culvert.agent.cli.Culvert"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CULVERT_HOME", directory.resolve("home").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), said);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void check_finds_a_relay_good() throws Exception {
        Ended check =
                culvert(Map.of("CULVERT_CA", relay.caFile().toString()), "check", relay.url());

        assertThat(check.said())
                .containsPattern("ok +dns +localhost is ")
                .containsPattern("ok +chain ")
                .containsPattern("ok +websocket ")
                .containsPattern("ok +latency ");
        assertThat(check.exitCode()).isZero();
    }

    @Test
    void check_says_what_is_in_the_way() throws Exception {
        Ended check = culvert(Map.of(), "check", relay.url());

        assertThat(check.said()).containsPattern("FAIL +chain ").contains("--ca");
        assertThat(check.exitCode()).isEqualTo(1);
    }

    @Test
    void certs_shows_and_exports_the_development_ca() throws Exception {
        assertThat(culvert(Map.of(), "certs", "show").said()).contains("CA");
        Ended export = culvert(Map.of(), "certs", "export");

        assertThat(export.said()).contains("-----BEGIN CERTIFICATE-----");
        assertThat(export.exitCode()).isZero();
    }

    @Test
    void completion_is_a_script() throws Exception {
        Ended completion = culvert(Map.of(), "completion");

        assertThat(completion.said()).contains("complete -F _complete_culvert");
        assertThat(completion.exitCode()).isZero();
    }

    @Test
    void options_that_make_no_sense_are_exit_code_2() throws Exception {
        Ended wrong = culvert(Map.of("CULVERT_PORT", "many"), "serve");

        assertThat(wrong.said()).contains("--port").contains("'many' is not");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(culvert(Map.of(), "nonsense").exitCode()).isEqualTo(2);
    }
}
