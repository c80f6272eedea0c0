package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Clients of a backend with an event loop of its own. */
class EventLoopMoveTest {
    /** More than there are event loops. */
    private static final int CLIENTS = 16;

    private final FakeBackend backend =
            new FakeBackend()
                    .with("anna", "pencil", null)
                    .with("guest", new Credential(new Proof.None(), null));

    @Test
    void sessions_are_on_the_event_loop_of_their_backend() throws Exception {
        try (FrontFixture front = start()) {
            backend.on(front.eventLoop());

            for (int i = 0; i < CLIENTS; i++) {
                try (Connection connection = front.connect("anna", "pencil");
                        Statement statement = connection.createStatement()) {
                    assertThat(statement.execute("select")).isFalse();
                }
                assertThat(backend.openedAtHome.take()).isTrue();
            }
        }
    }

    @Test
    void what_comes_right_behind_the_startup_message_is_not_lost() throws Exception {
        try (FrontFixture front = start()) {
            backend.on(front.eventLoop());
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(RawClient.startup("guest"));
            both.writeBytes(RawClient.message('Q', "select\0".getBytes(StandardCharsets.US_ASCII)));

            for (int i = 0; i < CLIENTS; i++) {
                try (RawClient client = new RawClient(front.port())) {
                    client.send(both.toByteArray());

                    client.readUntil('C');
                }
            }
        }
    }

    @Test
    void a_client_that_leaves_on_the_way_gives_its_place_back() throws Exception {
        Sharing sharing = new ExclusiveSharing();
        backend.shared(sharing);
        try (FrontFixture front = start()) {
            EventLoop busy = front.eventLoop();
            CountDownLatch goOn = new CountDownLatch(1);
            backend.on(busy);
            busy.execute(() -> awaitQuietly(goOn));
            try (RawClient client = new RawClient(front.port());
                    RawClient another = new RawClient(front.port())) {
                // accepted on two event loops: one of them is not busy
                client.send(RawClient.startup("guest"));
                another.send(RawClient.startup("guest"));
                await().until(() -> sharing.holder().isPresent());
            } finally {
                goOn.countDown();
            }

            await().until(() -> sharing.holder().isEmpty());
            try (RawClient client = new RawClient(front.port())) {
                client.send(RawClient.startup("guest")).readUntil('Z');
            }
        }
    }

    private FrontFixture start() {
        return FrontFixture.start(FrontSettings.on("127.0.0.1", 0).withTlsRequired(false), backend);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
