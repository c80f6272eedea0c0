package dev.culvert.agent.it;

import dev.culvert.agent.node.NodeAgent;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.Relay;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A relay on free ports and a Node agent that shares an empty PGlite through it. */
final class SharedDatabase implements AutoCloseable {
    static final String DOMAIN = "culvert.localhost";

    /** Why sessions ended, in order. */
    final BlockingQueue<Refusal> endings = new LinkedBlockingQueue<>();

    private final Vertx vertx = Vertx.vertx();
    private final Relay relay;
    private final NodeAgent agent;
    private final Path caFile;

    private SharedDatabase(TunnelSettings settings, String... agentOptions) throws IOException {
        Path directory = Files.createTempDirectory("culvert-it");
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        caFile = ca.caFile();
        CertificateSet certificates =
                CertificateSet.of(
                        ca.serverCertificate(
                                new LinkedHashSet<>(List.of("*." + DOMAIN, "localhost"))));
        relay =
                Relay.start(
                                vertx,
                                new RelaySettings(
                                        DOMAIN,
                                        FrontSettings.on("127.0.0.1", 0),
                                        new HttpsSettings("127.0.0.1", 0, null),
                                        settings),
                                certificates,
                                new SimpleMeterRegistry(),
                                new Recorder())
                        .await();
        agent =
                NodeAgent.start(
                        agentProgram(),
                        "wss://localhost:" + relay.httpsPort(),
                        caFile,
                        agentOptions);
    }

    static SharedDatabase start() throws IOException {
        return new SharedDatabase(TunnelSettings.DEFAULTS);
    }

    /** With other settings of the relay, and options of the agent's command line. */
    static SharedDatabase start(TunnelSettings settings, String... agentOptions)
            throws IOException {
        return new SharedDatabase(settings, agentOptions);
    }

    /** The repository's root, wherever Maven runs. */
    static Path root() {
        return Path.of(System.getProperty("maven.multiModuleProjectDirectory", "..")).normalize();
    }

    private static Path agentProgram() {
        Path program = root().resolve("browser-agent/bin/culvert-agent");
        if (!Files.exists(root().resolve("browser-agent/dist/index.js"))) {
            throw new IllegalStateException("the Node agent is not built: run `make build`");
        }
        return program;
    }

    NodeAgent.Shared shared() {
        return agent.shared();
    }

    int port() {
        return relay.postgresPort();
    }

    Path caFile() {
        return caFile;
    }

    /** A client that runs real psql. */
    Psql psql() {
        return new Psql(this);
    }

    @Override
    public void close() {
        agent.close();
        relay.stop().await();
        vertx.close().await();
    }

    private final class Recorder implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, Refusal reason) {
            endings.add(reason);
        }

        @Override
        public void onRefused(SocketAddress client, Refusal refusal) {
            // the client tells
        }
    }
}
