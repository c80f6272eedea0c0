package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Share;
import dev.culvert.agent.ShareException;
import dev.culvert.agent.ShareState;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The relay's console, with psql and pgjdbc, over databases that are really shared. */
@Timeout(120)
class ConsoleIT {
    private static final int SETTINGS = 50_000;

    @TempDir private static Path directory;

    private static PGlite database;
    private static PGliteBackend backend;
    private static OperatedRelay relay;

    private final List<ShareState> states = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void open() {
        database = PGlite.inMemory();
        backend =
                new PGliteBackend(
                        database, BackendSettings.of(Credentials.of(Map.of(), List.of())));
        relay =
                new OperatedRelay(
                        directory,
                        () ->
                                IntStream.range(0, SETTINGS)
                                        .mapToObj(i -> new ConfigLine("key." + i, "\"***\"", "x"))
                                        .toList());
    }

    @AfterAll
    static void close() {
        relay.close();
        backend.close();
        database.close();
    }

    private static Connection client(Share share) throws SQLException {
        return relay.relay.connect(share.name(), share.user(), share.password());
    }

    private static Connection console() throws SQLException {
        return relay.relay.connect(OperatedRelay.CONSOLE, "admin", OperatedRelay.TOKEN);
    }

    @Test
    void psql_shows_tunnels_and_sessions() throws Exception {
        Share share = relay.share(backend, "shown", states);
        try (Connection _ = client(share)) {
            // those of other tests may be about to go
            assertThat(relay.console().run("SHOW TUNNELS").out().lines())
                    .anyMatch(line ->
                            line.matches(
                                    "shown\\|attached\\|exclusive\\|pglite [^|]+\\|1\\|0\\|[^|]+"));
            assertThat(relay.console().run("show sessions;").out().lines())
                    .anyMatch(line -> line.contains("|shown|" + share.user() + "|127.0.0.1|"))
                    .anyMatch(line -> line.contains("|ops|admin|127.0.0.1|"));
        }
        share.stop().await();
    }

    @Test
    void several_commands_fit_in_one_query() {
        Psql.Result result =
                relay.console().run("SHOW VERSION; -- the program\n show HELP; SHOW STATS");
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .startsWith("culvert/")
                .contains("KILL [SESSION] id|")
                .contains("culvert_sessions_started_total||count|");
    }

    @Test
    void what_is_no_command_is_told_where_the_list_is() {
        assertThat(relay.console().run("SHOW VERSION; SELECT 1"))
                .satisfies(result -> {
                    assertThat(result.out()).isEmpty();
                    assertThat(result.err())
                            .contains("ERROR:  42601: the console does not know: SELECT 1")
                            .contains("HINT:  SHOW HELP");
                });
        assertThat(relay.console().run("KILL nobody").err())
                .contains("ERROR:  42704: there is no such session or tunnel: nobody");
    }

    @Test
    void only_the_admin_with_the_token_gets_in() {
        assertThat(relay.psql(OperatedRelay.CONSOLE, "admin", "wrong").run("SHOW HELP").err())
                .contains("password authentication failed for user \"admin\"");
        assertThat(
                        relay.psql(OperatedRelay.CONSOLE, "anna", OperatedRelay.TOKEN)
                                .run("SHOW HELP")
                                .err())
                .contains("password authentication failed for user \"anna\"");
    }

    @Test
    void no_tunnel_gets_the_consoles_name() {
        assertThatThrownBy(() -> relay.share(backend, OperatedRelay.CONSOLE, states))
                .isInstanceOfSatisfying(
                        ShareException.class,
                        failure -> assertThat(failure.reason().name()).isEqualTo("name-taken"));
    }

    @Test
    void pgjdbc_reads_prepared_commands_and_their_numbers() throws Exception {
        try (Connection connection = console();
                PreparedStatement statement = connection.prepareStatement("SHOW SESSIONS")) {
            // often enough for numbers in binary
            for (int i = 0; i < 10; i++) {
                try (ResultSet result = statement.executeQuery()) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getString("tunnel")).isEqualTo("ops");
                    assertThat(result.getLong("port")).isBetween(1L, 65_535L);
                    assertThat(result.getLong("batches")).isPositive();
                    assertThat(result.getString("state")).isEqualTo("busy");
                }
            }
            assertThatThrownBy(() -> connection.createStatement().execute("DROP TABLE t"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failure -> assertThat(failure.getSQLState()).isEqualTo("42601"));
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void many_rows_come_whole_and_in_portions() throws Exception {
        try (Connection connection = console();
                Statement statement = connection.createStatement()) {
            assertThat(keys(statement)).hasSize(SETTINGS).endsWith("key." + (SETTINGS - 1));
            connection.setAutoCommit(false);
            statement.setFetchSize(7_000);
            assertThat(keys(statement)).hasSize(SETTINGS).endsWith("key." + (SETTINGS - 1));
        }
    }

    private static List<String> keys(Statement statement) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (ResultSet result = statement.executeQuery("SHOW CONFIG")) {
            while (result.next()) {
                keys.add(result.getString("key"));
                assertThat(result.getString("value")).isEqualTo("\"***\"");
            }
        }
        return keys;
    }

    @Test
    void kill_ends_a_session_and_not_its_tunnel() throws Exception {
        Share share = relay.share(backend, "kept", states);
        try (Connection connection = client(share)) {
            String id = sessionOf("kept");
            assertThat(relay.console().run("KILL " + id).out())
                    .isEqualTo("session|" + id + "|ended\n");
            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            failure -> assertThat(failure.getSQLState()).isEqualTo("57P01"));
        }
        client(share).close();
        assertThat(share.state()).isInstanceOf(ShareState.Live.class);
        share.stop().await();
    }

    private static String sessionOf(String tunnel) throws SQLException {
        try (Connection connection = console();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SHOW SESSIONS")) {
            while (result.next()) {
                if (result.getString("tunnel").equals(tunnel)) {
                    return result.getString("id");
                }
            }
        }
        throw new AssertionError("no session of " + tunnel);
    }

    @Test
    void kill_ends_a_tunnel_and_its_agent_stays_away() throws Exception {
        Share share = relay.share(backend, "ended", states);
        try (Connection connection = client(share)) {
            assertThat(relay.console().run("KILL TUNNEL ended").out())
                    .isEqualTo("tunnel|ended|ended\n");
            assertThat(share.closed().await().name()).isEqualTo("killed");
            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                    .isInstanceOf(SQLException.class);
        }
        assertThat(states).noneMatch(ShareState.Resuming.class::isInstance);
        assertThat(relay.console().run("SHOW TUNNELS").out()).doesNotContain("ended");
    }

    @Test
    void drain_empties_the_relay_and_resume_fills_it_again() throws Exception {
        Share share = relay.share(backend, "coming-back", states);
        assertThat(relay.console().run("DRAIN").out())
                .isEqualTo("relay|" + TestRelay.DOMAIN + "|draining\n");
        assertThat(relay.get("/readyz").statusCode()).isEqualTo(503);
        assertThat(relay.get("/livez").statusCode()).isEqualTo(200);
        await().until(() -> states.stream().anyMatch(ShareState.Moving.class::isInstance));
        await().until(() -> relay.console().run("SHOW TUNNELS").out().isEmpty());

        assertThat(relay.console().run("RESUME").out())
                .isEqualTo("relay|" + TestRelay.DOMAIN + "|ready\n");
        assertThat(relay.get("/readyz").statusCode()).isEqualTo(200);
        await().until(() -> share.state() instanceof ShareState.Live);
        client(share).close();
        share.stop().await();
    }
}
