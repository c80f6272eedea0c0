package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareException;
import dev.culvert.agent.ShareListener;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.SharedUser;
import dev.culvert.agent.SharingMode;
import dev.culvert.agent.dial.ProxyAddress;
import dev.culvert.agent.run.Activity;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import dev.culvert.wire.message.TransactionStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** {@code Culvert.share} of a PGlite in this JVM, through a real relay. */
@Timeout(120)
class ShareLibraryIT {
    @TempDir private static Path directory;

    private static PGlite database;
    private static PGliteBackend backend;

    private final List<ShareState> states = new CopyOnWriteArrayList<>();

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

    private ShareOptions options(String relay, Path caFile) throws Exception {
        return ShareOptions.through(URI.create(relay))
                .trusting(Buffer.buffer(Files.readAllBytes(caFile)))
                .listener(
                        new ShareListener() {
                            @Override
                            public void onState(ShareState state) {
                                states.add(state);
                            }
                        });
    }

    private static Connection connect(TestRelay relay, Share share) throws SQLException {
        return relay.connect(share.name(), share.user(), share.password());
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return String.valueOf(result.getString(1));
        }
    }

    @Test
    void clients_do_not_notice_that_the_connection_breaks() throws Exception {
        try (TestRelay relay = TestRelay.start(directory);
                BreakingProxy path = new BreakingProxy(relay.httpsPort())) {
            Share share =
                    Culvert.share(
                                    backend,
                                    options("wss://localhost:" + path.port(), relay.caFile()))
                            .await();
            try (Connection connection = connect(relay, share);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE copied (a int, b text)");
                CopyIn in =
                        connection
                                .unwrap(PGConnection.class)
                                .getCopyAPI()
                                .copyIn("COPY copied FROM STDIN");
                int rows = 100_000;
                for (int i = 0; i < rows; i++) {
                    byte[] row = (i + "\tgrüße " + i + "\n").getBytes(StandardCharsets.UTF_8);
                    in.writeToCopy(row, 0, row.length);
                    if (i % 25_000 == 12_000) {
                        in.flushCopy();
                        path.breakConnections();
                    }
                }
                assertThat(in.endCopy()).isEqualTo(rows);
                path.breakConnections();
                assertThat(
                                text(
                                        connection,
                                        "SELECT md5(string_agg(b, ',' ORDER BY a)) FROM copied"))
                        .isEqualTo(
                                text(
                                        connection,
                                        "SELECT md5(string_agg('grüße ' || a, ',' ORDER BY a))"
                                                + " FROM generate_series(0, 99999) a"));
            }
            assertThat(path.connections()).isGreaterThan(2);
            assertThat(states).anyMatch(ShareState.Resuming.class::isInstance);
            assertThat(states.getLast()).isInstanceOf(ShareState.Live.class);
            share.stop().await();
            assertThat(states.getLast()).isInstanceOf(ShareState.Closed.class);
        }
    }

    @Test
    void a_relay_that_was_restarted_has_the_database_under_its_name_again() throws Exception {
        TestRelay first = TestRelay.start(directory);
        int port = first.httpsPort();
        Share share =
                Culvert.share(backend, options(first.url(), first.caFile()).named("restarted"))
                        .await();
        Connection lost = connect(first, share);
        first.close();
        assertThatThrownBy(() -> text(lost, "SELECT 1")).isInstanceOf(SQLException.class);
        try (TestRelay second = TestRelay.start(directory, TunnelSettings.DEFAULTS, port)) {
            await().until(() -> share.state() instanceof ShareState.Live);
            assertThat(share.name()).isEqualTo("restarted");
            try (Connection connection = connect(second, share)) {
                assertThat(text(connection, "SELECT 42")).isEqualTo("42");
            }
            share.stop().await();
        }
    }

    @Test
    void sessions_go_on_while_the_relay_drains_and_the_agent_moves() throws Exception {
        TestRelay first = TestRelay.start(directory);
        TestRelay second = TestRelay.start(directory);
        // what DNS or a load balancer does
        AtomicInteger target = new AtomicInteger(first.httpsPort());
        Vertx vertx = Vertx.vertx();
        NetServer balancer = balancer(vertx, target);
        Share share =
                Culvert.share(
                                backend,
                                options("wss://localhost:" + balancer.actualPort(), first.caFile())
                                        .named("moving"))
                        .await();
        Future<Boolean> drained;
        try (Connection old = connect(first, share)) {
            old.setAutoCommit(false);
            assertThat(text(old, "SELECT 1")).isEqualTo("1");
            target.set(second.httpsPort());
            drained = first.relay().drain("maintenance");
            await().until(() ->
                    states.stream().anyMatch(ShareState.Moving.class::isInstance)
                            && share.state() instanceof ShareState.Live);
            assertThat(text(old, "SELECT 2")).isEqualTo("2");
            old.commit();
        }
        assertThat(drained.await()).isTrue();
        try (Connection fresh = connect(second, share)) {
            assertThat(text(fresh, "SELECT 3")).isEqualTo("3");
        }
        share.stop().await();
        balancer.close().await();
        vertx.close().await();
        first.close();
        second.close();
    }

    private static NetServer balancer(Vertx vertx, AtomicInteger target) {
        // held by the handler: Vert.x closes a client, and its connections, that nobody holds
        NetClient onward = vertx.createNetClient();
        return vertx.createNetServer()
                .connectHandler(near -> {
                    near.pause();
                    onward.connect(target.get(), "127.0.0.1")
                            .onSuccess(far -> join(near, far))
                            .onFailure(_ -> near.close());
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    private static void join(NetSocket near, NetSocket far) {
        near.pipeTo(far);
        far.pipeTo(near);
        near.resume();
    }

    @Test
    void several_users_each_with_a_password_and_one_whose_time_is_over() throws Exception {
        try (TestRelay relay = TestRelay.start(directory)) {
            Share share =
                    Culvert.share(
                                    backend,
                                    options(relay.url(), relay.caFile())
                                            .user("anna")
                                            .password("pencil")
                                            .users(
                                                    List.of(
                                                            SharedUser.withPassword("ben", "paper"),
                                                            SharedUser.withPassword("old", "gone")
                                                                    .expiring(Instant.EPOCH))))
                            .await();
            relay.connect(share.name(), "anna", "pencil").close();
            relay.connect(share.name(), "ben", "paper").close();
            assertThatThrownBy(() -> relay.connect(share.name(), "ben", "pencil"))
                    .hasMessageContaining("password authentication failed");
            assertThatThrownBy(() -> relay.connect(share.name(), "old", "gone"))
                    .hasMessageContaining("password authentication failed");
            share.stop().await();
        }
    }

    @Test
    void a_relay_that_refuses_says_why() throws Exception {
        try (TestRelay relay = TestRelay.start(directory)) {
            Share holder =
                    Culvert.share(backend, options(relay.url(), relay.caFile()).named("taken"))
                            .await();
            assertThatThrownBy(() ->
                            Culvert.share(
                                            backend,
                                            options(relay.url(), relay.caFile()).named("taken"))
                                    .await())
                    .isInstanceOfSatisfying(
                            ShareException.class,
                            failure -> assertThat(failure.reason().name()).isEqualTo("name-taken"));
            holder.stop().await();
        }
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_not_trusted() throws Exception {
        try (TestRelay relay = TestRelay.start(directory)) {
            assertThatThrownBy(() ->
                            Culvert.share(backend, ShareOptions.through(URI.create(relay.url())))
                                    .await())
                    .isInstanceOfSatisfying(
                            ShareException.class,
                            failure ->
                                    assertThat(failure.reason().name())
                                            .isEqualTo("connection-lost"));
        }
    }

    @Test
    void the_way_leads_through_a_proxy() throws Exception {
        Vertx vertx = Vertx.vertx();
        List<String> asked = new CopyOnWriteArrayList<>();
        // held by the handler: Vert.x closes a client, and its connections, that nobody holds
        NetClient onward = vertx.createNetClient();
        NetServer proxy =
                vertx.createNetServer()
                        .connectHandler(near ->
                                near.handler(request -> {
                                    near.pause();
                                    String text = request.toString();
                                    asked.add(text);
                                    int port =
                                            Integer.parseInt(
                                                    text.substring(
                                                            text.indexOf(':') + 1,
                                                            text.indexOf(" HTTP")));
                                    onward.connect(port, "127.0.0.1")
                                            .onSuccess(far -> {
                                                near.write("HTTP/1.1 200 OK\r\n\r\n");
                                                join(near, far);
                                            });
                                }))
                        .listen(0, "127.0.0.1")
                        .await();
        try (TestRelay relay = TestRelay.start(directory)) {
            Share share =
                    Culvert.share(
                                    backend,
                                    options(relay.url(), relay.caFile())
                                            .proxy(
                                                    ProxyAddress.parse(
                                                            "http://me:secret@127.0.0.1:"
                                                                    + proxy.actualPort())))
                            .await();
            connect(relay, share).close();
            assertThat(asked).hasSize(1);
            assertThat(asked.getFirst())
                    .startsWith("CONNECT localhost:" + relay.httpsPort())
                    .containsIgnoringCase("proxy-authorization: Basic bWU6c2VjcmV0");
            share.stop().await();
        }
        vertx.close().await();
    }

    @Test
    void what_clients_do_is_counted() throws Exception {
        try (TestRelay relay = TestRelay.start(directory)) {
            Share share =
                    Culvert.share(
                                    backend,
                                    options(relay.url(), relay.caFile()).mode(SharingMode.QUEUE))
                            .await();
            try (Connection connection = connect(relay, share)) {
                long before = share.activity().statements();
                connection.setAutoCommit(false);
                text(connection, "SELECT repeat('x', 100000)");
                Activity activity = share.activity();
                assertThat(activity.clients()).isEqualTo(1);
                assertThat(activity.busy()).isFalse();
                assertThat(activity.transaction()).isEqualTo(TransactionStatus.IN_TRANSACTION);
                // BEGIN is one of them
                assertThat(activity.statements()).isEqualTo(before + 2);
                assertThat(activity.sent()).isGreaterThan(100_000);
                assertThat(activity.received()).isPositive();
            }
            await().until(() -> share.activity().clients() == 0);
            share.stop().await();
        }
    }
}
