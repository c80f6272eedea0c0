package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.scram.ScramVerifier;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A relay's tunnels on a clock that the test moves, with agents and sessions that it scripts. */
final class FakeAgents {
    private static final int MAX_MESSAGE_BYTES = 128 * 1_024;

    private final MockTicker clock = Ticker.newMockTicker();
    private TunnelSettings settings;
    private final List<Agent> agents = new ArrayList<>();
    final TunnelRegistry registry;
    final TunnelReception reception;

    FakeAgents(TunnelSettings settings) {
        this(settings, AccessSettings.OPEN);
    }

    FakeAgents(TunnelSettings settings, AccessSettings accessSettings) {
        Access access = new Access(accessSettings);
        this.settings = settings;
        registry = new TunnelRegistry(settings.resume().reservation(), clock::nanoTime);
        TunnelAdmission admission =
                new TunnelAdmission(() -> this.settings, access, "relay.test", "test");
        admission.setPostgresPort(5432);
        reception = new TunnelReception(admission, access, registry);
    }

    /** The operator changes the settings. */
    void reconfigure(TunnelSettings other) {
        settings = other;
    }

    /** Lets time pass, a second at a time, and runs what is due. */
    void pass(Duration time) {
        run();
        for (long second = 0; second < time.toSeconds(); second++) {
            clock.advance(1, TimeUnit.SECONDS);
            run();
        }
    }

    private void run() {
        agents.forEach(agent -> agent.channel.runPendingTasks());
        agents.forEach(agent -> agent.channel.runScheduledPendingTasks());
    }

    /** A WebSocket that was just opened. */
    Agent dial() {
        return dial(null);
    }

    /** The same, with a token in the header of its upgrade. */
    Agent dial(@Nullable String headerToken) {
        Agent agent = new Agent(headerToken);
        agents.add(agent);
        return agent;
    }

    LiveTunnel tunnel(String name) {
        return registry.find(name).orElseThrow();
    }

    /** A client's session on the tunnel, whose StartupMessage is its first batch. */
    Client client(String tunnel) {
        return new Client(tunnel(tunnel));
    }

    /** What a WELCOME says about a resume. */
    static Frame.Resumption resumption(Frame.Welcome welcome) {
        return Objects.requireNonNull(welcome.resume());
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    static Frame.Hello hello(@Nullable String name, Frame.@Nullable Resume resume) {
        return hello(name, null, resume);
    }

    static Frame.Hello hello(
            @Nullable String name, @Nullable String token, Frame.@Nullable Resume resume) {
        return new Frame.Hello(
                "test",
                name,
                token,
                null,
                List.of(
                        new Frame.User(
                                "anna",
                                ScramVerifier.fromPassword("pencil", new byte[16], 64).encode())),
                List.of(),
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                Frame.Hello.MIN_WINDOW,
                true,
                resume);
    }

    /** An agent's end of a WebSocket. */
    final class Agent {
        final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(clock).build();

        /** Reads what the relay has written. */
        private final EmbeddedChannel reader =
                new EmbeddedChannel(new WebSocket13FrameDecoder(false, false, MAX_MESSAGE_BYTES));

        Agent(@Nullable String headerToken) {
            channel.pipeline()
                    .addLast(new WebSocket13FrameEncoder(false))
                    .addLast(new AgentConnection(reception, settings, headerToken));
        }

        /** The next WebSocket frame that the relay has written, or null. */
        private @Nullable Object read() {
            for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                reader.writeInbound(out);
            }
            return reader.readInbound();
        }

        Agent send(Frame frame) {
            channel.writeInbound(
                    new BinaryWebSocketFrame(
                            FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT)));
            run();
            return this;
        }

        /** Says HELLO, and returns the relay's WELCOME. */
        Frame.Welcome greet(Frame.Hello hello) {
            send(hello);
            return next(Frame.Welcome.class);
        }

        /** Answers every WebSocket ping and, if its thread is not blocked, every PING. */
        void answer(boolean blocked, Frame.PongFlag... flags) {
            List<Object> messages = new ArrayList<>();
            for (Object out = read(); out != null; out = read()) {
                messages.add(out);
            }
            for (Object message : messages) {
                if (message instanceof PingWebSocketFrame ping) {
                    channel.writeInbound(new PongWebSocketFrame(ping.content().retain()));
                } else if (!blocked
                        && message instanceof BinaryWebSocketFrame binary
                        && FrameDecoder.decode(binary.content(), Role.AGENT)
                                instanceof Frame.Ping(long opaque)) {
                    send(new Frame.Pong(opaque, Set.of(flags)));
                }
                ReferenceCountUtil.release(message);
            }
        }

        /** The next frame of a kind; others before it are passed over. */
        <F extends Frame> F next(Class<F> kind) {
            run();
            for (Object out = read(); out != null; out = read()) {
                try {
                    if (out instanceof BinaryWebSocketFrame binary
                            && kind.isInstance(
                                    FrameDecoder.decode(binary.content().slice(), Role.AGENT))) {
                        return Objects.requireNonNull(
                                kind.cast(FrameDecoder.decode(binary.content(), Role.AGENT)));
                    }
                } finally {
                    ReferenceCountUtil.release(out);
                }
            }
            throw new AssertionError("the relay sent no " + kind.getSimpleName());
        }

        /** The code that the relay has closed the WebSocket with, or 0. */
        int closeCode() {
            run();
            for (Object out = read(); out != null; out = read()) {
                try {
                    if (out instanceof CloseWebSocketFrame close) {
                        return close.statusCode();
                    }
                } finally {
                    ReferenceCountUtil.release(out);
                }
            }
            return 0;
        }

        /** The WebSocket breaks. Its event loop goes on, as a real one would. */
        void vanish() {
            channel.pipeline().fireChannelInactive();
            run();
        }
    }

    /** A client's session, from the front's side. */
    final class Client implements BackendEvents {
        final BackendSession session;
        int answers;

        /** What it was told, in order. */
        final List<String> notices = new ArrayList<>();

        private @Nullable Refusal end;
        private @Nullable Refusal endWhenIdle;

        private Client(LiveTunnel tunnel) {
            session =
                    tunnel.open(
                            new SessionRequest(
                                    "s1",
                                    new InetSocketAddress("192.0.2.7", 50_000),
                                    new StartupMessage(
                                            ProtocolVersion.V3_0,
                                            new LinkedHashMap<>(Map.of("user", "anna"))),
                                    Runnable::run),
                            this);
            run();
        }

        /** Sends a batch. */
        Client query(String text) {
            session.send(bytes(text), true);
            run();
            return this;
        }

        /** What the session ended with, or "alive". */
        String sqlState() {
            return sqlState(end);
        }

        /** What it is to end with when it is idle, or "alive". */
        String sqlStateWhenIdle() {
            return sqlState(endWhenIdle);
        }

        private static String sqlState(@Nullable Refusal reason) {
            return reason == null ? "alive" : reason.error().sqlState();
        }

        @Override
        public void onData(ByteBuf bytes, boolean endOfAnswer) {
            bytes.release();
            answers += endOfAnswer ? 1 : 0;
        }

        @Override
        public void onSent(int bytes) {}

        @Override
        public void onEndWhenIdle(Refusal reason) {
            endWhenIdle = reason;
        }

        @Override
        public void onNotice(ErrorResponse notice) {
            notices.add(notice.message());
        }

        @Override
        public void onEnd(Refusal reason) {
            end = reason;
        }
    }
}
