package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class ConnectionLimitsTest {
    @Test
    void an_address_with_too_many_connections_is_told_so_and_others_get_in() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(10, 1, 10))) {
            try (Connection _ = front.connect("anna", "pencil")) {
                ServerErrorMessage refusal = refusal(front);

                assertThat(refusal.getSQLState()).isEqualTo("53300");
                assertThat(refusal.getMessage())
                        .isEqualTo("too many connections from your address");
                assertThat(refusal.getHint()).startsWith("One address may have 1 at a time.");
                assertThat(front.nextRefused().reason()).isEqualTo(Reason.TOO_MANY_FROM_ADDRESS);
                front.connect("anna", "pencil", "127.0.0.2").close();
            }
            await().ignoreExceptions().until(() -> connects(front));
        }
    }

    @Test
    void too_many_connections_in_total_are_told_so() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(1, 10, 10));
                Connection _ = front.connect("anna", "pencil", "127.0.0.2")) {
            ServerErrorMessage refusal = refusal(front);

            assertThat(refusal.getSQLState()).isEqualTo("53300");
            assertThat(refusal.getMessage()).isEqualTo("sorry, too many clients already");
            assertThat(front.nextRefused().reason()).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
        }
    }

    @Test
    void connections_that_are_logging_in_count_for_their_tunnel() throws Exception {
        try (FrontFixture front = start(ConnectionLimits.DEFAULTS.withCounts(10, 10, 1))) {
            try (RawClient slow = new RawClient(front.port())) {
                assertThat(slow.send(RawClient.startup("anna")).read().type()).isEqualTo('R');

                ServerErrorMessage refusal = refusal(front);
                assertThat(refusal.getSQLState()).isEqualTo("53300");
                assertThat(refusal.getMessage()).isEqualTo("too many connections to \"abc123\"");
                assertThat(front.nextRefused().reason()).isEqualTo(Reason.TOO_MANY_TO_TUNNEL);
            }
            await().ignoreExceptions().until(() -> connects(front));
        }
    }

    @Test
    void connections_that_come_too_fast_are_told_so() throws Exception {
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS.withRates(new RateLimit(100, 100), new RateLimit(1, 1));
        try (FrontFixture front = start(limits);
                RawClient first = new RawClient(front.port())) {
            assertThat(first.send(RawClient.startup("anna")).read().type()).isEqualTo('R');
            try (RawClient second = new RawClient(front.port())) {
                assertThat(second.send(RawClient.startup("anna")).read().error().message())
                        .isEqualTo("too many new connections");
            }
            assertThat(front.nextRefused().reason()).isEqualTo(Reason.CONNECTING_TOO_FAST);
        }
    }

    @Test
    void beyond_the_readable_refusals_connections_are_closed_at_once() throws Exception {
        ConnectionLimits limits =
                ConnectionLimits.DEFAULTS.withCounts(10, 1, 10).withReadableRefusals(1);
        try (FrontFixture front = start(limits);
                RawClient first = new RawClient(front.port())) {
            assertThat(first.send(RawClient.startup("anna")).read().type()).isEqualTo('R');
            try (RawClient told = new RawClient(front.port())) {
                assertThat(told.send(RawClient.gssEncRequest()).readByte()).isEqualTo('N');
                try (RawClient closed = new RawClient(front.port())) {
                    assertThat(closed.read().type()).isEqualTo('\0');
                }
                assertThat(told.send(RawClient.startup("anna")).read().error().sqlState())
                        .isEqualTo("53300");
            }
        }
    }

    private static FrontFixture start(ConnectionLimits limits) {
        return FrontFixture.start(
                FrontSettings.on("127.0.0.1", 0)
                        .withTlsRequired(false)
                        .withLimits(limits, AttemptLimits.DEFAULTS),
                new FakeBackend().with("anna", "pencil", null));
    }

    private static boolean connects(FrontFixture front) throws SQLException, IOException {
        front.connect("anna", "pencil").close();
        return true;
    }

    private static ServerErrorMessage refusal(FrontFixture front) {
        PSQLException failure =
                catchThrowableOfType(
                        PSQLException.class, () -> front.connect("anna", "pencil").close());
        ServerErrorMessage message = failure.getServerErrorMessage();
        assertThat(message).as(failure.toString()).isNotNull();
        return message;
    }
}
