package dev.culvert.load;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.relay.tunnel.TunnelEndpoint;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What bulk on one stream of a tunnel does to small batches on another, over a path with a rate.
 * The sessions are opened on the tunnel itself: clients of an exclusive one come one at a time.
 */
final class Fairness implements AutoCloseable {
    private static final String NAME = "fair";
    private static final int PIECE = 32 * 1_024;
    private static final int UNDERWAY = 128 * 1_024;

    /** What else is going on. */
    enum Bulk {
        NONE,
        TO_AGENT,
        FROM_AGENT
    }

    /** Milliseconds. */
    record Latency(double median, double ninth, double most) {
        static Latency of(double[] millis) {
            Arrays.sort(millis);
            return new Latency(
                    millis[millis.length / 2],
                    millis[millis.length * 9 / 10],
                    millis[millis.length - 1]);
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService sessions = Executors.newSingleThreadExecutor();
    private final HttpServer server;
    private final SlowPath path;
    private final NullAgent agent;
    private final LiveTunnel tunnel;

    Fairness(double bytesPerSecond, int roundTripMillis) throws Exception {
        TunnelSettings settings = TunnelSettings.DEFAULTS.withAllowNoPassword(true);
        TunnelRegistry registry = new TunnelRegistry(Duration.ZERO);
        TunnelEndpoint endpoint =
                new TunnelEndpoint(
                        settings,
                        DrainSettings.DEFAULTS,
                        new Access(AccessSettings.OPEN),
                        registry,
                        "relay.test",
                        "load");
        endpoint.setPostgresPort(5432);
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setHost("127.0.0.1")
                                        .setPort(0)
                                        .setTcpNoDelay(true)
                                        .setWebSocketSubProtocols(List.of("culvert.v1")))
                        .requestHandler(endpoint)
                        .listen()
                        .await();
        path = new SlowPath(server.actualPort(), bytesPerSecond, roundTripMillis);
        agent =
                NullAgent.connect(
                        URI.create("ws://127.0.0.1:" + path.port() + "/tunnel"), NAME, null);
        tunnel = registry.find(NAME).orElseThrow();
    }

    /** A session that counts what comes, and consumes it. */
    private final class Session implements BackendEvents {
        final BackendSession backend;
        final boolean bulk;
        private int underway;
        private CompletableFuture<Void> answered = new CompletableFuture<>();

        Session(boolean bulk) {
            this.bulk = bulk;
            Map<String, String> parameters = Map.of("user", NullAgent.USER);
            backend =
                    tunnel.open(
                            new SessionRequest(
                                    bulk ? "bulk" : "small",
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                                    new StartupMessage(
                                            ProtocolVersion.V3_0, new LinkedHashMap<>(parameters)),
                                    sessions),
                            this);
        }

        void ask(byte[] batch) throws Exception {
            answered = new CompletableFuture<>();
            CompletableFuture<Void> answer = answered;
            sessions.execute(() -> backend.send(Unpooled.wrappedBuffer(batch), true));
            answer.get(30, TimeUnit.SECONDS);
        }

        void askForEver(byte[] batch) {
            sessions.execute(() -> backend.send(Unpooled.wrappedBuffer(batch), true));
        }

        void pour() {
            sessions.execute(() -> {
                while (underway < UNDERWAY) {
                    underway += PIECE;
                    backend.send(Unpooled.wrappedBuffer(new byte[PIECE]), false);
                }
            });
        }

        @Override
        public void onData(ByteBuf bytes, boolean endOfAnswer) {
            int size = bytes.readableBytes();
            bytes.release();
            backend.consumed(size);
            if (endOfAnswer) {
                answered.complete(null);
            }
        }

        @Override
        public void onSent(int bytes) {
            underway -= bytes;
            if (bulk && underway > 0) {
                pour();
            }
        }

        @Override
        public void onNotice(ErrorResponse notice) {
            // there is nobody to tell
        }

        @Override
        public void onEndWhenIdle(Refusal reason) {
            onEnd(reason);
        }

        @Override
        public void onEnd(Refusal reason) {
            answered.completeExceptionally(new IllegalStateException("ended: " + reason));
        }
    }

    /** How long so many small batches take, one after the other. */
    Latency measure(Bulk bulk, int batches) throws Exception {
        Session small = new Session(false);
        small.ask(new byte[] {1});
        Session other = new Session(true);
        other.ask(new byte[] {1});
        switch (bulk) {
            case NONE -> {}
            case TO_AGENT -> other.pour();
            case FROM_AGENT -> other.askForEver(NullAgent.query(Integer.MAX_VALUE));
        }
        TimeUnit.SECONDS.sleep(1); // until the bulk is at full speed
        double[] millis = new double[batches];
        for (int i = 0; i < batches; i++) {
            long start = System.nanoTime();
            small.ask(NullAgent.query(100));
            millis[i] = (System.nanoTime() - start) / 1e6;
            TimeUnit.MILLISECONDS.sleep(20);
        }
        sessions.execute(small.backend::close);
        sessions.execute(other.backend::close);
        return Latency.of(millis);
    }

    /** Payload bytes that the agent has sent or received. */
    long agentBytes() {
        return agent.sentBytes() + agent.receivedBytes();
    }

    @Override
    public void close() {
        agent.close();
        path.close();
        vertx.close().await();
        sessions.shutdownNow();
    }
}
