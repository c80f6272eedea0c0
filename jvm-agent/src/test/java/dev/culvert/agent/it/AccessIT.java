package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay that wants tokens, and agents with and without, as processes. */
@Timeout(180)
class AccessIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private Path temporary;

    @Test
    void agents_share_with_the_token_that_they_were_given_and_are_told_why_not_without()
            throws Exception {
        String given = output(run(null, "./culvert", "token", "alice"));
        String token = given.lines().findFirst().orElseThrow().replace("CULVERT_TOKEN=", "");
        Path tokens = temporary.resolve("tokens.yaml");
        Files.writeString(
                tokens,
                "tokens:\n"
                        + given.substring(given.indexOf('\n') + 1)
                        + "    names: [alices, \"alice-*\"]\n");
        Process relay =
                run(
                        null,
                        "./culvert",
                        "relay",
                        "--json",
                        "--postgres-port",
                        "0",
                        "--https-port",
                        "0",
                        "--tokens",
                        tokens.toString());
        try {
            JsonNode ready = JSON.readTree(relay.inputReader().readLine());
            String[] agent = {
                "--relay",
                "wss://localhost:" + ready.path("httpsPort").asInt(),
                "--ca",
                ready.path("caFile").asText()
            };

            assertRefused(run(null, node(agent)), "this relay wants a token");
            assertRefused(run("wrong", node(agent)), "the token is not known here");
            assertRefused(
                    run(token, node(agent, "--name", "bobs")),
                    "the token does not permit the name bobs");
            assertRefused(run("wrong", jvm(agent)), "the token is not known here");

            Process share = run(token, jvm(agent));
            try {
                JsonNode shared =
                        JSON.readTree(
                                share.inputReader()
                                        .lines()
                                        .filter(line -> line.contains("\"shared\""))
                                        .findFirst()
                                        .orElseThrow());
                assertThat(shared.path("name").asText()).isEqualTo("alices");
                assertThat(
                                output(
                                        run(
                                                null,
                                                "sh",
                                                "-c",
                                                shared.path("psql").asText()
                                                        + " -XAtc 'SELECT 6 * 7'")))
                        .isEqualTo("42\n");
            } finally {
                share.destroy();
                share.waitFor(20, TimeUnit.SECONDS);
            }
        } finally {
            relay.destroyForcibly();
        }
        assertThat(Files.readString(temporary.resolve("err"))).doesNotContain(token, "wrong");
    }

    private static String[] node(String[] options, String... more) {
        return command(options, more, "browser-agent/bin/culvert-agent");
    }

    private static String[] jvm(String[] options) {
        return command(options, new String[] {"--format", "json"}, "./culvert", "share");
    }

    private static String[] command(String[] options, String[] more, String... program) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(options));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private static void assertRefused(Process agent, String reason) throws Exception {
        agent.getOutputStream().close();
        String said = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(agent.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.exitValue()).isNotZero();
        assertThat(said).contains(reason);
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output;
    }

    private Process run(@Nullable String token, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(SharedDatabase.root().toFile());
        if (List.of(command).contains("--relay")) {
            builder.redirectErrorStream(true);
        } else {
            builder.redirectError(
                    ProcessBuilder.Redirect.appendTo(temporary.resolve("err").toFile()));
        }
        builder.environment().put("CULVERT_HOME", temporary.resolve("home").toString());
        if (token != null) {
            builder.environment().put("CULVERT_TOKEN", token);
        }
        return builder.start();
    }
}
