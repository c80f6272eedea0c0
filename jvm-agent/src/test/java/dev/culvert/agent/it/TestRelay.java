package dev.culvert.agent.it;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A relay on free ports of loopback, with a development CA in a folder. */
public final class TestRelay implements AutoCloseable {
    /** Of the tunnels' names. */
    public static final String DOMAIN = "culvert.localhost";

    private final Vertx vertx = Vertx.vertx();
    private final Relay relay;
    private final Path caFile;

    private TestRelay(
            Path certificates,
            TunnelSettings settings,
            int httpsPort,
            UnaryOperator<RelaySettings> change,
            Supplier<List<ConfigLine>> config) {
        DevelopmentCa ca = DevelopmentCa.openOrCreate(certificates, Clock.systemUTC());
        caFile = ca.caFile();
        relay =
                Relay.start(
                                vertx,
                                change.apply(
                                        new RelaySettings(
                                                DOMAIN,
                                                FrontSettings.on("127.0.0.1", 0),
                                                new HttpsSettings("127.0.0.1", httpsPort, null),
                                                settings)),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*." + DOMAIN, "localhost")))),
                                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                                new Nobody(),
                                config)
                        .await();
    }

    /** With the defaults, on any port. */
    public static TestRelay start(Path certificates) {
        return start(certificates, TunnelSettings.DEFAULTS, 0);
    }

    /** With other settings, on a port that agents know. */
    public static TestRelay start(Path certificates, TunnelSettings settings, int httpsPort) {
        return new TestRelay(certificates, settings, httpsPort, UnaryOperator.identity(), List::of);
    }

    /** With something for operators. */
    static TestRelay start(
            Path certificates,
            UnaryOperator<RelaySettings> change,
            Supplier<List<ConfigLine>> config) {
        return new TestRelay(certificates, TunnelSettings.DEFAULTS, 0, change, config);
    }

    /** The relay itself. */
    public Relay relay() {
        return relay;
    }

    /** Where agents dial. */
    public int httpsPort() {
        return relay.httpsPort();
    }

    String url() {
        return "wss://localhost:" + httpsPort();
    }

    Path caFile() {
        return caFile;
    }

    Connection connect(String name, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", caFile.toString());
        properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
        properties.setProperty("loginTimeout", "20");
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(
                "jdbc:postgresql://"
                        + name
                        + "."
                        + DOMAIN
                        + ":"
                        + relay.postgresPort()
                        + "/postgres",
                properties);
    }

    @Override
    public void close() {
        relay.stop().await();
        vertx.close().await();
    }

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
