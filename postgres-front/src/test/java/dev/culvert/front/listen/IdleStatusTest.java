package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleStatusTest {
    private static final Duration OFTEN = Duration.ofMillis(20);

    @Test
    void idle_clients_hear_again_what_they_know() throws Exception {
        try (FrontFixture front = start();
                RawClient client = new RawClient(front.port())) {
            client.send(RawClient.startup("guest")).readUntil('Z');

            for (int i = 0; i < 3; i++) {
                RawClient.Message status = client.read();
                assertThat(status.type()).isEqualTo('S');
                assertThat(new String(status.body(), StandardCharsets.US_ASCII))
                        .isEqualTo("server_encoding\0UTF8\0");
            }
        }
    }

    @Test
    void pgjdbc_does_not_mind() throws Exception {
        try (FrontFixture front = start();
                Connection connection = front.connect("anna", "pencil")) {
            for (int i = 0; i < 5; i++) {
                try (RawClient other = new RawClient(front.port())) {
                    other.send(RawClient.startup("guest")).readUntil('S');
                    other.readUntil('Z');
                    other.readUntil('S');
                }
            }
            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getMetaData().getDatabaseProductVersion()).isEqualTo("18.0");
        }
    }

    private static FrontFixture start() {
        return FrontFixture.start(
                FrontSettings.on("127.0.0.1", 0).withTlsRequired(false).withIdleStatus(OFTEN),
                new FakeBackend()
                        .with("anna", "pencil", null)
                        .with("guest", new Credential(new Proof.None(), null)));
    }
}
