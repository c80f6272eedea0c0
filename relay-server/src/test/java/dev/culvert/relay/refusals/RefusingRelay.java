package dev.culvert.relay.refusals;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ClientCertificate;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemText;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.listen.ClientCertificates;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.TlsSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.scram.ScramVerifier;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A relay and an agent for one scenario. */
final class RefusingRelay implements AutoCloseable {
    static final String DOMAIN = "relay.test";
    static final String TUNNEL = "abc123";
    static final String PASSWORD = "pencil";

    /** Of {@link #PASSWORD}. */
    static final String VERIFIER = ScramVerifier.fromPassword(PASSWORD, new byte[16], 64).encode();

    /** No delay of the answer to a wrong password. */
    private static final AttemptLimits AT_ONCE =
            AttemptLimits.DEFAULTS.withDelays(Duration.ZERO, Duration.ZERO);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final BlockingQueue<Reason> endings = new LinkedBlockingQueue<>();
    private final List<Connection> others = new ArrayList<>();
    private final Path directory;
    private final DevelopmentCa ca;
    private final Relay relay;
    private final ScriptedAgent agent;

    RefusingRelay(Scenario scenario, Path directory) throws Exception {
        this.directory = directory;
        ca = DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        List.of(DOMAIN),
                                        scenario.front(
                                                FrontSettings.on("127.0.0.1", 0)
                                                        .withLimits(
                                                                ConnectionLimits.DEFAULTS,
                                                                AT_ONCE)),
                                        new TlsSettings(
                                                TlsSettings.Engine.BEST,
                                                List.of(
                                                        new ClientCertificates(
                                                                null,
                                                                List.of(ca.caCertificate()),
                                                                false))),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        scenario.tunnels(TunnelSettings.DEFAULTS),
                                        DrainSettings.DEFAULTS,
                                        AccessSettings.OPEN),
                                CertificateSet.of(
                                        ca.serverCertificate(
                                                new LinkedHashSet<>(
                                                        List.of("*." + DOMAIN, "localhost")))),
                                new SimpleMeterRegistry(),
                                new Recorder())
                        .await();
        Frame.Hello hello =
                new Frame.Hello(
                        "test",
                        TUNNEL,
                        null,
                        scenario.mode(),
                        scenario.users(),
                        scenario.allow(),
                        new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                        null,
                        null,
                        Frame.Timeouts.NONE,
                        Frame.Hello.MAX_WINDOW,
                        false,
                        null);
        agent = new ScriptedAgent(vertx, relay.httpsPort(), hello, scenario.start());
    }

    int port() {
        return relay.postgresPort();
    }

    ScriptedAgent agent() {
        return agent;
    }

    /** Shuts the relay down as its operator does. */
    void drain() {
        relay.stop().await();
    }

    /** Another client comes, and stays. */
    void occupy() throws SQLException {
        others.add(PgjdbcDriver.connect(this, Login.good()));
    }

    /** Another client comes, and goes. */
    void visit(Login login) {
        try (Connection _ = PgjdbcDriver.connect(this, login)) {
            endings.clear();
        } catch (SQLException e) {
            // some are meant to fail
        }
    }

    /** The login with a client certificate for that name. */
    Login withCertificate(Login login, String name) throws IOException {
        ClientCertificate certificate = ca.clientCertificate(name);
        Path chain = directory.resolve("client.crt");
        Path key = directory.resolve("client.key");
        Files.writeString(chain, PemText.certificates(certificate.chain()));
        Files.writeString(ownersOnly(key), PemText.privateKey(certificate.key()));
        Files.write(ownersOnly(directory.resolve("client.pk8")), certificate.key().getEncoded());
        return login.with("sslcert", chain.toString()).with("sslkey", key.toString());
    }

    /** A new file that drivers take for a key. */
    private static Path ownersOnly(Path file) throws IOException {
        return Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Waits until a session has ended. */
    void awaitEnding() throws InterruptedException {
        if (endings.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no session ended");
        }
    }

    @Override
    public void close() throws SQLException {
        for (Connection other : others) {
            other.close();
        }
        relay.stop().await();
        vertx.close().await();
    }

    private final class Recorder implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // the agent knows
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            endings.add(reason.reason());
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            if (refusal.reason() == Reason.LOGIN_TIMEOUT) {
                SlowPassword.REFUSED.countDown();
            }
        }
    }
}
