package dev.culvert.agent.upstream;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.sharing.ExclusiveSharing;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A Postgres server behind a front on a free port, without TLS and passwords. */
final class UpstreamFront implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    final UpstreamBackend backend;
    private final PostgresFront front;
    private final String database;

    UpstreamFront(String url) {
        UpstreamAddress address = UpstreamAddress.parse(url);
        database = address.database();
        backend =
                UpstreamBackend.forFront(
                        vertx,
                        address,
                        "upstream",
                        Credentials.of(
                                Map.of("client", new Credential(new Proof.None(), null)),
                                List.of()),
                        new ExclusiveSharing(),
                        SessionTimeouts.DEFAULTS);
        front =
                PostgresFront.listen(
                                vertx,
                                FrontSettings.on("127.0.0.1", 0).withTlsRequired(false),
                                null,
                                (_, startup) -> new Route.Found(backend, startup),
                                new Nobody())
                        .await();
    }

    int port() {
        return front.port();
    }

    Connection connect(String... properties) throws SQLException {
        return connectTo(database, properties);
    }

    Connection connectTo(String name, String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", "client");
        all.setProperty("sslmode", "disable");
        all.setProperty("gssEncMode", "disable");
        all.setProperty("loginTimeout", "30");
        all.setProperty("socketTimeout", "60");
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/" + name, all);
    }

    @Override
    public void close() {
        front.close().await();
        backend.close();
        vertx.close().await();
    }

    /** Hears nothing. */
    private static final class Nobody implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // nobody asks
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // the client tells
        }
    }
}
