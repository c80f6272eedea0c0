package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.SharingMode;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** The admin port of a relay through which databases are really shared. */
@Timeout(120)
class OperatorsIT {
    @TempDir private static Path directory;

    private static PGlite database;
    private static PGliteBackend backend;

    private final List<ShareState> states = new CopyOnWriteArrayList<>();
    private OperatedRelay relay;

    @BeforeAll
    static void open() {
        database = PGlite.inMemory();
        backend =
                new PGliteBackend(
                        database, BackendSettings.of(Credentials.of(Map.of(), List.of())));
    }

    @AfterAll
    static void close() {
        backend.close();
        database.close();
    }

    @BeforeEach
    void start() {
        relay = new OperatedRelay(directory, List::of);
    }

    @AfterEach
    void stop() {
        relay.close();
    }

    private Connection client(Share share) throws SQLException {
        return relay.relay.connect(share.name(), share.user(), share.password());
    }

    private static void assertEndedByOperator(Connection connection) {
        assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failure -> {
                            assertThat(failure.getSQLState()).isEqualTo("57P01");
                            assertThat(failure.getMessage()).contains("the relay's operator ended");
                        });
    }

    private String onlySession() throws Exception {
        JsonObject page = new JsonObject(relay.get("/api/v1/sessions").body());
        assertThat(page.getInteger("total")).isEqualTo(1);
        return page.getJsonArray("sessions").getJsonObject(0).getString("id");
    }

    @Test
    void a_session_is_shown_and_closed() throws Exception {
        Share share = relay.share(backend, "shown", states);
        try (Connection connection = client(share)) {
            String id = onlySession();
            JsonObject shown = new JsonObject(relay.get("/api/v1/sessions/" + id).body());
            assertThat(shown.getString("tunnel")).isEqualTo("shown");
            assertThat(shown.getBoolean("busy")).isFalse();
            assertThat(new JsonObject(relay.get("/api/v1/tunnels/shown").body()).getMap())
                    .containsEntry("state", "attached")
                    .containsEntry("sessions", 1);
            assertThat(relay.post("/api/v1/sessions/" + id + "/close").statusCode()).isEqualTo(200);
            assertEndedByOperator(connection);
            assertThat(relay.get("/api/v1/sessions/" + id).statusCode()).isEqualTo(404);
        }
        assertThat(share.state()).isInstanceOf(ShareState.Live.class);
        share.stop().await();
    }

    @Test
    void a_session_that_drains_ends_its_transaction_first() throws Exception {
        Share share = relay.share(backend, "draining", states);
        try (Connection connection = client(share);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1");
            assertThat(relay.post("/api/v1/sessions/" + onlySession() + "/drain").statusCode())
                    .isEqualTo(200);
            statement.execute("SELECT 2");
            connection.commit();
            assertEndedByOperator(connection);
        }
        share.stop().await();
    }

    @Test
    void a_tunnel_is_closed_and_its_agent_stays_away() throws Exception {
        Share share = relay.share(backend, "closed", states);
        try (Connection connection = client(share)) {
            assertThat(relay.post("/api/v1/tunnels/closed/close").statusCode()).isEqualTo(200);
            assertThat(share.closed().await().name()).isEqualTo("killed");
            assertEndedByOperator(connection);
        }
        assertThat(relay.get("/api/v1/tunnels/closed").statusCode()).isEqualTo(404);
        assertThat(relay.post("/api/v1/tunnels/closed/close").statusCode()).isEqualTo(404);
        assertThat(states).noneMatch(ShareState.Resuming.class::isInstance);
        assertThat(relay.metric("culvert_agent_handshakes_total{outcome=\"opened\"}")).isOne();
    }

    @Test
    void a_tunnel_that_drains_comes_anew_with_its_name() throws Exception {
        Share share = relay.share(backend, "moved", states);
        assertThat(relay.post("/api/v1/tunnels/moved/drain").statusCode()).isEqualTo(200);
        await().until(() ->
                states.stream().anyMatch(ShareState.Moving.class::isInstance)
                        && share.state() instanceof ShareState.Live);
        client(share).close();
        assertThat(relay.metric("culvert_agent_handshakes_total{outcome=\"opened\"}")).isEqualTo(2);
        share.stop().await();
    }

    @Test
    void the_relay_drains_and_resumes() throws Exception {
        Share share = relay.share(backend, "all", states);
        assertThat(relay.post("/api/v1/drain").body()).isEqualTo("{\"state\":\"draining\"}");
        assertThat(relay.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(relay.get("/readyz").body()).isEqualTo("draining\n");
        await().until(() -> relay.metric("culvert_tunnels") == 0);
        await().until(() ->
                relay.metric("culvert_agent_handshakes_total{outcome=\"draining\"}") > 0);
        assertThat(relay.post("/api/v1/resume").body()).isEqualTo("{\"state\":\"ready\"}");
        assertThat(relay.get("/readyz").statusCode()).isEqualTo(200);
        await().until(() -> share.state() instanceof ShareState.Live);
        share.stop().await();
    }

    @Test
    void what_psql_does_is_counted_to_the_byte() throws Exception {
        Share share = relay.share(backend, "counted", states);
        assertThat(
                        relay.psql("counted", share.user(), share.password())
                                .run("SELECT 1", "SELECT 22")
                                .out())
                .isEqualTo("1\n22\n");
        await().until(() -> relay.metric("culvert_connections") == 0);

        assertThat(relay.metric("culvert_tunnels")).isOne();
        assertThat(relay.metric("culvert_sessions")).isZero();
        assertThat(relay.metric("culvert_sessions_started_total")).isOne();
        assertThat(relay.metric("culvert_sessions_ended_total{reason=\"terminated\"}")).isOne();
        assertThat(relay.metric("culvert_tls_handshakes_total{version=\"TLSv1.3\"}")).isOne();
        assertThat(relay.metric("culvert_agent_handshakes_total{outcome=\"opened\"}")).isOne();
        assertThat(relay.metric("culvert_batches_total{to=\"database\"}")).isEqualTo(2);
        assertThat(relay.metric("culvert_batches_total{to=\"client\"}")).isEqualTo(2);
        // two Queries, and Terminate
        assertThat(relay.metric("culvert_bytes_total{to=\"database\"}"))
                .isEqualTo(5 + 9 + 5 + 10 + 5);
        // twice RowDescription with "?column?", DataRow, CommandComplete, ReadyForQuery
        assertThat(relay.metric("culvert_bytes_total{to=\"client\"}"))
                .isEqualTo(2 * (34 + 11 + 14 + 6) + 1 + 2);
        for (String share1 : List.of("relay", "agent")) {
            String histogram = "culvert_batch_duration_seconds_%s{share=\"" + share1 + "\"}";
            assertThat(relay.metric(histogram.formatted("count"))).isEqualTo(2);
            assertThat(relay.metric(histogram.formatted("sum"))).isBetween(1e-6, 10.0);
        }
        assertThat(relay.metric("culvert_certificates_expiry_seconds"))
                .isGreaterThan((double) Instant.now().getEpochSecond());
        await().until(() -> relay.metric("culvert_event_loop_lag_seconds_count") > 0);
        share.stop().await();
    }

    @Test
    void refusals_waits_cancels_and_resumes_are_counted() throws Exception {
        try (BreakingProxy path = new BreakingProxy(relay.relay.httpsPort())) {
            Share share =
                    Culvert.share(
                                    backend,
                                    relay.options(
                                                    "wss://localhost:" + path.port(),
                                                    "queued",
                                                    states)
                                            .mode(SharingMode.QUEUE))
                            .await();
            assertThatThrownBy(() -> relay.relay.connect("queued", share.user(), "wrong"))
                    .isInstanceOf(SQLException.class);
            assertThat(relay.metric("culvert_clients_refused_total{reason=\"wrong-password\"}"))
                    .isOne();

            CompletableFuture<Connection> second;
            try (Connection first = client(share);
                    Statement statement = first.createStatement()) {
                second =
                        CompletableFuture.supplyAsync(() -> {
                            try {
                                return client(share);
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        });
                await().until(() -> relay.metric("culvert_queue_waiting") == 1);
                first.unwrap(PGConnection.class).cancelQuery();
                await().until(() -> relay.metric("culvert_cancels_total") == 1);
                path.breakConnections();
                statement.execute("SELECT 1");
            }
            second.join().close();
            assertThat(relay.metric("culvert_queue_waiting")).isZero();
            assertThat(relay.metric("culvert_queue_wait_seconds_count")).isOne();
            assertThat(relay.metric("culvert_agent_handshakes_total{outcome=\"resumed\"}")).isOne();
            assertThat(relay.metric("culvert_tunnel_gap_seconds_count")).isOne();
            share.stop().await();
        }
    }

    @Test
    void an_agent_whose_client_does_not_read_runs_out_of_credit() throws Exception {
        Share share = relay.share(backend, "bulk", states);
        try (Connection connection = client(share)) {
            CopyOut out =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(
                                    "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 30000))"
                                            + " TO STDOUT");
            // more than all buffers on the way take
            await().until(() -> relay.metric("culvert_credit_stalls_total{to=\"client\"}") > 0);
            assertThat(out.readFromCopy()).hasSize(1_001);
            connection.abort(Runnable::run);
        }
        share.stop().await();
    }
}
