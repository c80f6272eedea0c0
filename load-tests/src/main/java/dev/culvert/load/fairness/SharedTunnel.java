package dev.culvert.load.fairness;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.load.nulls.NullAgent;
import dev.culvert.load.process.SlowPath;
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
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What bulk on one stream of a tunnel does to small batches on another, over a path with a rate.
 * The sessions are opened on the tunnel itself: clients of an exclusive one come one at a time.
 */
final class SharedTunnel implements AutoCloseable {
    private static final String NAME = "fair";
    private static final int PIECE = 32 * 1_024;
    private static final int UNDERWAY = 128 * 1_024;

    private static final byte[] STARTUP = ByteBuffer.allocate(8).putInt(8).putInt(196_608).array();

    /** The head of a CopyData message whose body takes minutes. */
    private static final byte[] ENDLESS_ROW =
            ByteBuffer.allocate(5).put((byte) 'd').putInt(0x7000_0000).array();

    private final Vertx vertx = Vertx.vertx();
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ExecutorService sessions = Executors.newSingleThreadExecutor();
    private final HttpServer server;
    private final int leadMillis;
    private final SlowPath path;
    private final NullAgent agent;
    private final LiveTunnel tunnel;

    /**
     * Opens it.
     *
     * @param bytesPerSecond of its path, each way
     * @param leadMillis until a bulk is at full speed
     */
    SharedTunnel(double bytesPerSecond, int leadMillis) throws Exception {
        this.leadMillis = leadMillis;
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
        path = new SlowPath(server.actualPort(), bytesPerSecond, 0);
        agent =
                NullAgent.connect(
                                group,
                                null,
                                URI.create("ws://127.0.0.1:" + path.port()),
                                NAME,
                                "127.0.0.1")
                        .get(20, TimeUnit.SECONDS);
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
            say(batch, true);
            answer.get(30, TimeUnit.SECONDS);
        }

        void say(byte[] batch, boolean end) {
            sessions.execute(() -> backend.send(Unpooled.wrappedBuffer(batch), end));
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

    /**
     * How long so many small batches take, one after the other.
     *
     * @return microseconds
     */
    Histogram measure(Bulk bulk, int batches) throws Exception {
        Session small = new Session(false);
        small.ask(STARTUP);
        Session other = new Session(true);
        other.ask(STARTUP);
        switch (bulk) {
            case NONE -> {}
            case TO_AGENT -> {
                other.ask(query("COPY t FROM STDIN"));
                other.say(ENDLESS_ROW, false);
                other.pour();
            }
            case FROM_AGENT -> other.say(query("COPY " + Long.MAX_VALUE + " TO STDOUT"), true);
        }
        TimeUnit.MILLISECONDS.sleep(leadMillis);
        Histogram micros = new Histogram(3);
        for (int i = 0; i < batches; i++) {
            long start = System.nanoTime();
            small.ask(query("SELECT 1"));
            micros.recordValue((System.nanoTime() - start) / 1_000);
            TimeUnit.MILLISECONDS.sleep(Fairness.PAUSE_MILLIS);
        }
        sessions.execute(small.backend::close);
        sessions.execute(other.backend::close);
        return micros;
    }

    private static byte[] query(String sql) {
        byte[] text = (sql + "\0").getBytes(US_ASCII);
        return ByteBuffer.allocate(5 + text.length)
                .put((byte) 'Q')
                .putInt(4 + text.length)
                .put(text)
                .array();
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
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
