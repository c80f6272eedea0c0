package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a relay and an agent write, as processes that log all they can. */
@Timeout(180)
class LogsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SQL = "secret-of-the-sql";
    private static final String PARAMETER = "secret-of-a-parameter";
    private static final String PASSWORD = "secret-of-the-user";
    private static final String WRONG_PASSWORD = "secret-of-another-user";
    private static final String ADMIN_TOKEN = "secret-of-the-operator";

    @TempDir private Path temporary;

    private final ByteArrayOutputStream traced = new ByteArrayOutputStream();
    private String agentToken = "";

    @Test
    void an_audit_has_what_it_needs_and_no_log_has_a_secret() throws Exception {
        Path tokens = tokens();
        HttpServer collector = collector();
        Process relay =
                run(
                        "relay",
                        Map.of("CULVERT_ADMIN_TOKEN", ADMIN_TOKEN),
                        "relay",
                        "--json",
                        "--postgres-port=0",
                        "--https-port=0",
                        "--admin-port=0",
                        "--tracing-otlp=http://127.0.0.1:"
                                + collector.getAddress().getPort()
                                + "/v1/traces",
                        "--log-level=trace",
                        "--log-format=json",
                        "--audit-file=" + path("audit.json"),
                        "--tokens=" + tokens);
        try {
            JsonNode ready = event(relay, "relay", "ready");
            Process agent =
                    run(
                            "agent",
                            Map.of("CULVERT_TOKEN", agentToken, "CULVERT_PASSWORD", PASSWORD),
                            "share",
                            "--format=json",
                            "--relay=wss://localhost:" + ready.path("httpsPort").asInt(),
                            "--ca=" + ready.path("caFile").asText());
            try {
                useDatabase(event(agent, "agent", "shared"));
                assertHasNoSecret(metrics(ready.path("adminPort").asInt()));
            } finally {
                agent.destroy();
                assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            relay.destroy();
            assertThat(relay.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        collector.stop(0);
        assertThat(traced.toString(StandardCharsets.ISO_8859_1))
                .contains("culvert.tunnel", "culvert.session", "client.address", "terminated");
        assertHasNoSecret(traced.toString(StandardCharsets.ISO_8859_1));
        // the agent's standard output is for its owner, password included
        for (String log : List.of("relay.out", "relay.err", "agent.err", "audit.json")) {
            assertThat(path(log)).exists();
            assertHasNoSecret(Files.readString(path(log)));
        }
        assertThat(Files.readAllLines(path("relay.err")))
                .allSatisfy(JSON::readTree)
                .anySatisfy(line -> assertThat(line).contains("\"DEBUG\"", "io.netty"));
        assertThat(Files.readString(path("agent.err"))).contains("DEBUG");
        assertAudit(Files.readAllLines(path("audit.json")));
    }

    private static void useDatabase(JsonNode shared) throws Exception {
        String jdbc = shared.path("jdbc").asText();
        assertThat(
                        catchThrowable(() ->
                                DriverManager.getConnection(jdbc.replace(PASSWORD, WRONG_PASSWORD))
                                        .close()))
                .hasMessageContaining("password");
        try (Connection client = DriverManager.getConnection(jdbc);
                PreparedStatement statement =
                        client.prepareStatement("SELECT '" + SQL + "' || ? || 1 / ?")) {
            statement.setString(1, PARAMETER);
            statement.setInt(2, 1);
            statement.executeQuery().close();
            statement.setInt(2, 0);
            assertThat(catchThrowable(statement::executeQuery))
                    .hasMessageContaining("division by zero");
        }
    }

    private static void assertAudit(List<String> lines) throws Exception {
        List<String> events = new ArrayList<>();
        Map<String, Map<String, String>> last = new HashMap<>();
        for (String line : lines) {
            JsonNode event = JSON.readTree(line);
            Map<String, String> fields = new HashMap<>();
            event.fields()
                    .forEachRemaining(
                            field -> fields.put(field.getKey(), field.getValue().asText()));
            events.add(event.path("message").asText());
            last.put(events.getLast(), fields);
        }
        assertThat(events)
                .containsExactly(
                        "tunnel opened",
                        "client refused",
                        "session started",
                        "session ended",
                        "tunnel ended");
        assertThat(last.get("tunnel opened"))
                .containsEntry("subject", "alice")
                .containsEntry("mode", "exclusive")
                .containsEntry("backend", "pglite");
        assertThat(last.get("client refused"))
                .containsEntry("reason", "wrong-password")
                .containsEntry("user", "postgres")
                .containsKey("tunnel");
        assertThat(last.get("session started"))
                .containsEntry("user", "postgres")
                .containsEntry("tls", "TLSv1.3");
        assertThat(last.get("session ended"))
                .containsEntry("reason", "terminated")
                .containsKeys("seconds", "client", "session", "tunnel")
                .satisfies(fields -> {
                    assertThat(Long.parseLong(fields.get("batches"))).isGreaterThan(2);
                    assertThat(Long.parseLong(fields.get("bytesToDatabase"))).isGreaterThan(100);
                    assertThat(Long.parseLong(fields.get("bytesToClient"))).isGreaterThan(100);
                });
        assertThat(last.get("tunnel ended"))
                .containsEntry("sessions", "1")
                .containsEntry("reason", "stopped");
    }

    private void assertHasNoSecret(String text) {
        assertThat(text)
                .doesNotContain(SQL, PARAMETER, PASSWORD, WRONG_PASSWORD, ADMIN_TOKEN, agentToken);
    }

    private Path tokens() throws Exception {
        Process token = run("token", Map.of(), "token", "alice");
        assertThat(token.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String given = Files.readString(path("token.out"));
        agentToken = given.lines().findFirst().orElseThrow().replace("CULVERT_TOKEN=", "");
        return Files.writeString(
                path("tokens.yaml"), "tokens:\n" + given.substring(given.indexOf('\n') + 1));
    }

    /** Takes what is sent by OTLP over HTTP, in Protobuf: texts stand in it as they are. */
    private HttpServer collector() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/traces",
                exchange -> {
                    synchronized (traced) {
                        exchange.getRequestBody().transferTo(traced);
                    }
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static String metrics(int port) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .header("Authorization", "Bearer " + ADMIN_TOKEN)
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    /** An event of a process that writes them to its standard output. */
    private JsonNode event(Process process, String name, String event) throws Exception {
        while (process.isAlive()) {
            for (String line : Files.readAllLines(path(name + ".out"))) {
                if (line.contains('"' + event + '"')) {
                    return JSON.readTree(line);
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError(name + " ended: " + Files.readString(path(name + ".err")));
    }

    private Process run(String name, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("./culvert"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(SharedDatabase.root().toFile())
                        .redirectOutput(path(name + ".out").toFile())
                        .redirectError(path(name + ".err").toFile());
        builder.environment().put("CULVERT_LOG", "TRACE");
        builder.environment().putAll(environment);
        builder.environment().put("CULVERT_HOME", path("home").toString());
        return builder.start();
    }

    private Path path(String name) {
        return temporary.resolve(name);
    }
}
