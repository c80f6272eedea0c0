package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running relay, as a process, whose configuration changes as that of a Kubernetes pod does. */
@Timeout(120)
class ReloadIT {
    private static final JsonMapper JSON = new JsonMapper();

    /** The relay looks every ten seconds. */
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir private Path temporary;

    private int versions;

    @Test
    void a_running_relay_follows_its_configuration() throws Exception {
        mount("tunnels: {lifetime: 1h}");
        Path link = Files.createSymbolicLink(path("relay.yaml"), Path.of("..data/relay.yaml"));
        Process relay = relay(link);
        try {
            JsonNode ready = JSON.readTree(relay.inputReader().readLine());

            mount("log: {format: json}\ntunnels: {lifetime: 2h}\npostgres: {loginTimeout: 20}");
            awaitLine("a changed setting takes effect at the next start", "postgres.loginTimeout");
            awaitLine("configuration changed", "tunnels.lifetime", "log.format");

            mount("tunnels:\n  lifetime: soon");
            hangUp(relay);
            awaitLine("the changed configuration makes no sense", "line 2", "tunnels.lifetime");

            Path tokens = Files.writeString(path("tokens.yaml"), "tokens: []\n");
            mount("access: {tokens: " + tokens + "}\ntunnels: {lifetime: 2h}");
            hangUp(relay);
            awaitLine("configuration changed", "access.tokens");
            assertThat(agentIsTold(ready)).contains("this relay wants a token");

            hangUp(relay);
            awaitLine("SIGHUP: nothing in the configuration has changed");
            assertThat(relay.isAlive()).isTrue();
        } finally {
            relay.destroyForcibly();
        }
    }

    /** A new folder, and a symbolic link that is swapped to it in one step. */
    private void mount(String text) throws IOException {
        Path version = Files.createDirectory(path("..version-" + ++versions));
        Files.writeString(version.resolve("relay.yaml"), text + "\n");
        Path link = Files.createSymbolicLink(path("..data_tmp"), version.getFileName());
        Files.move(link, path("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private void awaitLine(String... parts) {
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(Files.readAllLines(path("err")))
                                .anySatisfy(line -> assertThat(line).contains(parts)));
    }

    private static void hangUp(Process process) throws Exception {
        new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
    }

    private Process relay(Path config) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "./culvert",
                                "relay",
                                "--json",
                                "--postgres-port=0",
                                "--https-port=0",
                                "--config=" + config)
                        .directory(SharedDatabase.root().toFile())
                        .redirectError(path("err").toFile());
        builder.environment().put("CULVERT_HOME", path("home").toString());
        return builder.start();
    }

    private String agentIsTold(JsonNode ready) throws Exception {
        Process agent =
                new ProcessBuilder(
                                "./culvert",
                                "share",
                                "--relay=wss://localhost:" + ready.path("httpsPort").asInt(),
                                "--ca=" + ready.path("caFile").asText())
                        .directory(SharedDatabase.root().toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(agent.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private Path path(String name) {
        return temporary.resolve(name);
    }
}
