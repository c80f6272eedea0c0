package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a person reads in psql when one of the limits is reached. */
class PsqlRefusalsIT {
    private final FakeBackend backend = new FakeBackend().with("anna", "pencil", null);

    @Test
    void too_many_connections_from_an_address() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(10, 1, 10));
                Connection _ = front.connect("anna", "pencil")) {
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  too many connections from your address")
                    .contains("HINT:  One address may have 1 at a time.");
        }
    }

    @Test
    void too_many_connections_in_total() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(1, 1, 10));
                Connection _ = front.connect("anna", "pencil", "127.0.0.2")) {
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  sorry, too many clients already")
                    .contains("HINT:  This server takes 1 connections at a time.");
        }
    }

    @Test
    void too_many_connections_to_a_tunnel() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(10, 10, 1));
                Connection _ = front.connect("anna", "pencil")) {
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  too many connections to \"abc123\"")
                    .contains("HINT:  One database may have 1 at a time");
        }
    }

    @Test
    void connecting_too_fast() throws Exception {
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS.withRates(new RateLimit(100, 100), new RateLimit(1, 1));
        try (FrontFixture front = start(limits)) {
            front.connect("anna", "pencil").close();
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  too many new connections")
                    .contains("HINT:  Connect more slowly");
        }
    }

    @Test
    void wrong_passwords_and_then_too_many_of_them() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS)) {
            for (int i = 0; i < 2; i++) {
                assertThat(psql(front, "anna", "wrong"))
                        .contains("FATAL:  password authentication failed for user \"anna\"")
                        .contains("HINT:  Check the user name and the password.");
            }
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  too many failed login attempts")
                    .containsPattern("HINT:  Wait [23][0-9] seconds");
        }
    }

    @Test
    void an_address_that_is_not_allowed() throws Exception {
        backend.allow("192.0.2.0/24");
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS)) {
            assertThat(psql(front, "anna", "pencil"))
                    .contains("FATAL:  connections to \"abc123\" are not allowed from your address")
                    .contains("HINT:  Connect from another network");
        }
    }

    @Test
    void nothing_when_all_is_well_in_clear_text_too() throws Exception {
        try (FrontFixture front =
                FrontFixture.start(
                        FrontSettings.on("127.0.0.1", 0)
                                .withCleartextPassword(true)
                                .withIdleStatus(Duration.ofMillis(5)),
                        backend)) {
            assertThat(psql(front, "anna", "pencil")).isEmpty();
            assertThat(psql(front, "anna", "wrong"))
                    .contains("FATAL:  password authentication failed for user \"anna\"");
        }
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS)) {
            assertThat(psql(front, "anna", "pencil")).isEmpty();
        }
    }

    private FrontFixture start(ConnectionLimits limits) {
        return FrontFixture.start(
                FrontSettings.on("127.0.0.1", 0)
                        .withLimits(
                                limits,
                                AttemptLimits.DEFAULTS
                                        .withCounts(2, 20, 100)
                                        .withDelays(Duration.ZERO, Duration.ZERO)),
                backend);
    }

    /** Runs a statement, and returns what psql says on standard error. */
    private static String psql(FrontFixture front, String user, String password)
            throws IOException, InterruptedException {
        ProcessBuilder command =
                new ProcessBuilder(
                        "psql",
                        "-X",
                        "-d",
                        "host=127.0.0.1 port="
                                + front.port()
                                + " user="
                                + user
                                + " password="
                                + password
                                + " dbname=postgres sslmode=require connect_timeout=10",
                        "-c",
                        "SELECT 1");
        command.environment().put("LC_ALL", "C");
        Process process = command.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
