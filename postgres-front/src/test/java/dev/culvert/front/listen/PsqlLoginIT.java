package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.wire.md5.Md5Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** psql logs in by each kind of password, and has nothing to complain of. */
class PsqlLoginIT {
    private static final FrontSettings SETTINGS = FrontSettings.on("127.0.0.1", 0);

    private final FakeBackend backend =
            new FakeBackend()
                    .with("anna", "pencil", null)
                    .with(
                            "old",
                            new Credential(
                                    new Proof.Md5(Md5Verifier.fromPassword("pencil", "old")),
                                    null));

    @Test
    void by_scram() throws Exception {
        try (FrontFixture front = FrontFixture.start(SETTINGS, backend)) {
            assertThat(psql(front, "anna", "channel_binding=require")).isEmpty();
        }
    }

    @Test
    void by_md5() throws Exception {
        try (FrontFixture front = FrontFixture.start(SETTINGS, backend)) {
            assertThat(psql(front, "old", "channel_binding=disable")).isEmpty();
            assertThat(psql(front, "old", "channel_binding=require"))
                    .as("libpq notices that MD5 proves nothing about the server")
                    .contains("channel binding required");
        }
    }

    @Test
    void in_clear_text() throws Exception {
        try (FrontFixture front =
                FrontFixture.start(SETTINGS.withCleartextPassword(true), backend)) {
            assertThat(psql(front, "anna", "channel_binding=disable")).isEmpty();
            assertThat(psql(front, "old", "channel_binding=disable")).isEmpty();
        }
    }

    @Test
    void while_idle_clients_hear_something_all_the_time() throws Exception {
        try (FrontFixture front =
                FrontFixture.start(SETTINGS.withIdleStatus(Duration.ofMillis(5)), backend)) {
            assertThat(psql(front, "anna", "channel_binding=require")).isEmpty();
        }
    }

    /** Runs a statement, and returns what psql says on standard error. */
    private static String psql(FrontFixture front, String user, String parameter)
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
                                + " password=pencil dbname=postgres sslmode=require"
                                + " connect_timeout=10 "
                                + parameter,
                        "-c",
                        "SELECT 1");
        command.environment().put("LC_ALL", "C");
        Process process = command.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
