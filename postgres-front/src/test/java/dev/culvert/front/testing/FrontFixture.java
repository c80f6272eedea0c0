package dev.culvert.front.testing;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Route;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.PostgresFront;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.listen.TlsSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A front on a free port of the loopback interface, over a {@link FakeBackend}. */
public final class FrontFixture implements AutoCloseable {
    private static final CertificateSet CERTIFICATES = certificates();

    /** Sessions that began. */
    public final BlockingQueue<SessionInfo> sessions = new LinkedBlockingQueue<>();

    /** Clients that were refused, and why. */
    public final BlockingQueue<Refused> refused = new LinkedBlockingQueue<>();

    /** A client that was refused. */
    public record Refused(SocketAddress client, Reason reason) {}

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final PostgresFront front;

    private FrontFixture(FrontSettings settings, @Nullable TlsContexts tls, Backend backend) {
        front =
                PostgresFront.listen(
                                vertx,
                                settings,
                                tls,
                                (_, startup) -> new Route.Found(backend, startup),
                                new Recorder())
                        .await();
    }

    /** TLS with a certificate of an authority that nobody knows. */
    public static TlsContexts tls() {
        return new TlsContexts(CERTIFICATES, TlsSettings.DEFAULTS);
    }

    /** Starts one. */
    public static FrontFixture start(FrontSettings settings, Backend backend) {
        return new FrontFixture(settings, tls(), backend);
    }

    /** Starts one with other TLS, or none. */
    public static FrontFixture start(
            FrontSettings settings, @Nullable TlsContexts tls, Backend backend) {
        return new FrontFixture(settings, tls, backend);
    }

    /** An event loop of those that clients' connections are on. */
    public EventLoop eventLoop() {
        return ((VertxInternal) vertx).nettyEventLoopGroup().next();
    }

    /** The port that it listens on. */
    public int port() {
        return front.port();
    }

    /** Logs in with pgjdbc, in TLS. */
    public Connection connect(String user, String password) throws SQLException {
        return connect(user, password, "127.0.0.1");
    }

    /** Logs in with pgjdbc, in TLS, from one of the loopback interface's addresses. */
    public Connection connect(String user, String password, String from) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", user);
        properties.put("password", password);
        properties.put("sslmode", "require");
        properties.put("localSocketAddress", from);
        properties.put("assumeMinServerVersion", "18");
        properties.put("gssEncMode", "disable");
        properties.put("connectTimeout", "10");
        properties.put("loginTimeout", "20");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/postgres", properties);
    }

    /** The next refusal that the observer hears of. */
    public Refused nextRefused() {
        try {
            Refused next = refused.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nobody was refused");
            }
            return next;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next session that the observer hears of. */
    public SessionInfo nextSession() {
        try {
            SessionInfo next = sessions.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no session began");
            }
            return next;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        front.close().await();
        vertx.close().await();
    }

    private static CertificateSet certificates() {
        try {
            DevelopmentCa ca =
                    DevelopmentCa.openOrCreate(
                            Files.createTempDirectory("culvert-front").resolve("certs"),
                            Clock.systemUTC());
            return CertificateSet.of(
                    ca.serverCertificate(
                            new LinkedHashSet<>(List.of("*.relay.test", "localhost"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Recorder implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            sessions.add(session);
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // nobody asks
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            refused.add(new Refused(client.address(), refusal.reason()));
        }
    }
}
