package dev.culvert.relay.hostile;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A relay with real listeners, what it logs, and agents and clients that reach it. */
final class AttackedRelay implements AutoCloseable {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.culvert");

    private final Vertx vertx = Vertx.vertx();
    private final Relay relay;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    log.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
                }
            };

    AttackedRelay(Path directory) {
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        "relay.test",
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        TunnelSettings.DEFAULTS.withAllowNoPassword(true)),
                                CertificateSet.of(
                                        DevelopmentCa.openOrCreate(
                                                        directory.resolve("certs"),
                                                        Clock.systemUTC())
                                                .serverCertificate(
                                                        new LinkedHashSet<>(
                                                                List.of(
                                                                        "*.relay.test",
                                                                        "localhost")))),
                                new SimpleMeterRegistry(),
                                new Silent())
                        .await();
        appender.start();
        LOGGER.setLevel(Level.INFO);
        LOGGER.setAdditive(false);
        LOGGER.addAppender(appender);
    }

    int httpsPort() {
        return relay.httpsPort();
    }

    /** What the relay has logged, a line an event. */
    List<String> log() {
        return log;
    }

    /** An agent that has its WELCOME. */
    RawWebSocket agent(String name, boolean resumable) throws Exception {
        RawWebSocket agent = new RawWebSocket(httpsPort());
        agent.send(hello(name, resumable, null));
        agent.readUntil(0x02);
        return agent;
    }

    /** A client whose session has begun, on stream 1, where the agent has received two frames. */
    RawPostgres client(String name, RawWebSocket agent) throws Exception {
        RawPostgres client = new RawPostgres(relay.postgresPort(), "anna." + name);
        agent.readUntil(0x03);
        agent.send(new Frame.Accept(1));
        agent.readUntil(0x06);
        ByteBuf answer = Unpooled.buffer();
        BackendMessages.authenticationOk(answer);
        BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
        agent.send(new Frame.Data(1, answer, true));
        return client;
    }

    static Frame.Hello hello(String name, boolean resumable, Frame.@Nullable Resume resume) {
        return new Frame.Hello(
                "test",
                name,
                null,
                null,
                List.of(new Frame.User("anna", null, null)),
                List.of(),
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                Frame.Hello.MAX_WINDOW,
                resumable,
                resume);
    }

    @Override
    public void close() {
        relay.stop().await();
        vertx.close().await();
        LOGGER.detachAppender(appender);
        LOGGER.setAdditive(true);
        LOGGER.setLevel(null);
    }

    /** Hears nothing. */
    private static final class Silent implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {}

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {}
    }
}
