package dev.culvert.relay.tunnel;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's WebSocket, from the upgrade to its end.
 *
 * <pre>
 *   AwaitHello ── HELLO taken in: WELCOME ──▶ Live ── GOAWAY, lifetime, dead ──┐
 *       └───────── refused, too late ──────────┴── violation, broken ──────────▶ Closed
 * </pre>
 *
 * <p>Sits in the WebSocket's own pipeline: frames are decoded from, and written as, Netty's
 * buffers, without a copy. WebSocket pings and closes are left to Vert.x. All on the WebSocket's
 * event loop.
 */
final class AgentConnection extends ChannelInboundHandlerAdapter implements FrameOutput {
    private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);

    /** A WebSocket close reason holds 123 bytes (RFC 6455, section 5.5). */
    private static final int MAX_REASON_BYTES = 123;

    /** How long the peer may take for the closing handshake. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private sealed interface Stage {
        record AwaitHello() implements Stage {}

        record Live(LiveTunnel tunnel) implements Stage {}

        record Closed() implements Stage {}
    }

    private final TunnelAdmission admission;
    private final TunnelSettings settings;
    private final TunnelRegistry registry;
    private Stage stage = new Stage.AwaitHello();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Future<?> timer;
    private @Nullable Future<?> lifetimeTimer;
    private long lastFrameNanos;
    private long pings;
    private boolean closeSent;

    AgentConnection(TunnelAdmission admission, TunnelSettings settings, TunnelRegistry registry) {
        this.admission = admission;
        this.settings = settings;
        this.registry = registry;
    }

    // what the WebSocket does

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        timer =
                after(
                        settings.helloTimeout(),
                        () -> close(CloseCode.HELLO_REFUSED, "no HELLO in time", null));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case BinaryWebSocketFrame binary -> onMessage(binary);
            case TextWebSocketFrame _, ContinuationWebSocketFrame _ -> {
                ReferenceCountUtil.release(message);
                close(CloseCode.VIOLATION, "only whole binary messages are allowed", null);
            }
            case CloseWebSocketFrame close when closeSent -> {
                // the answer to this side's own Close: Vert.x would answer it again
                close.release();
                context.close();
            }
            default -> context.fireChannelRead(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && stage instanceof Stage.Live(LiveTunnel tunnel)) {
            tunnel.conversation().onWritable();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        toClosed(Refusals.agentLost(), "connection lost");
        context.fireChannelInactive();
    }

    private void onMessage(BinaryWebSocketFrame message) {
        try {
            if (stage instanceof Stage.Closed) {
                return;
            }
            if (!message.isFinalFragment()) {
                throw new ProtocolViolationException("a frame comes in one message, unfragmented");
            }
            Frame frame = FrameDecoder.decode(message.content(), Role.RELAY);
            lastFrameNanos = context().executor().ticker().nanoTime();
            if (frame != null) {
                onFrame(frame);
            }
        } catch (ProtocolViolationException e) {
            close(e.closeCode(), String.valueOf(e.getMessage()), null);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("tunnel failed");
            close(CloseCode.INTERNAL, "the relay failed", null);
        } finally {
            message.release();
        }
    }

    private void onFrame(Frame frame) {
        switch (stage) {
            case Stage.AwaitHello _ -> {
                if (!(frame instanceof Frame.Hello hello)) {
                    ReferenceCountUtil.release(frame instanceof Frame.Data d ? d.payload() : frame);
                    throw new ProtocolViolationException(frame.type() + " before HELLO");
                }
                onHello(hello);
            }
            case Stage.Live(LiveTunnel tunnel) -> onLiveFrame(tunnel, frame);
            case Stage.Closed _ -> throw new IllegalStateException("frame after close");
        }
    }

    private void onHello(Frame.Hello hello) {
        TunnelAdmission.Decision decision = admission.decide(hello);
        switch (decision) {
            case TunnelAdmission.Decision.Refused(CloseCode code, String message) ->
                    close(code, message, null);
            case TunnelAdmission.Decision.Admitted(LiveTunnel.Terms terms) -> {
                LiveTunnel tunnel =
                        new LiveTunnel(
                                terms,
                                hello.window(),
                                settings.window(),
                                settings.maxPayload(),
                                this,
                                this,
                                context().executor());
                if (!registry.add(tunnel)) {
                    close(CloseCode.NAME_TAKEN, "the name is in use: " + terms.name(), null);
                    return;
                }
                toLive(tunnel);
            }
        }
    }

    private void onLiveFrame(LiveTunnel tunnel, Frame frame) {
        switch (frame) {
            case Frame.Ping(long opaque) -> send(new Frame.Pong(opaque, Set.of()));
            case Frame.Pong _, Frame.Ack _ -> {
                // a sign of life, which was noted
            }
            case Frame.GoAway goAway -> {
                // the agent closes the WebSocket, and Vert.x answers its Close
                toClosed(Refusals.stopped(), "agent went away: " + goAway.code());
                after(CLOSE_TIMEOUT, () -> context().close());
            }
            case Frame.Hello _ -> throw new ProtocolViolationException("second HELLO");
            default -> tunnel.conversation().onFrame(frame);
        }
    }

    // what the relay does

    /** Tells the agent that its tunnel ends, and ends it. */
    void goAway(CloseCode code, Refusal reason) {
        if (stage instanceof Stage.Live) {
            send(new Frame.GoAway(code.label(), reason.error().message()));
        }
        close(code, reason.error().message(), reason);
    }

    @Override
    public void send(Frame frame) {
        ChannelHandlerContext present = context();
        present.writeAndFlush(
                new BinaryWebSocketFrame(FrameEncoder.encode(frame, present.alloc())));
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    private void toLive(LiveTunnel tunnel) {
        stage = new Stage.Live(tunnel);
        callOff(timer);
        timer = after(settings.pingInterval(), this::ping);
        lifetimeTimer =
                after(
                        tunnel.lifetime(),
                        () -> goAway(CloseCode.LIFETIME, Refusals.lifetime(tunnel.lifetime())));
        send(admission.welcome(tunnel));
        LOG.atInfo().addKeyValue("tunnel", tunnel.name()).log("tunnel opened");
    }

    private void ping() {
        long silence = context().executor().ticker().nanoTime() - lastFrameNanos;
        if (silence >= settings.deadAfter().toNanos()) {
            close(CloseCode.DEAD, "no frame came for too long", Refusals.agentLost());
            return;
        }
        send(new Frame.Ping(++pings));
        timer = after(settings.pingInterval(), this::ping);
    }

    /**
     * Closes the WebSocket.
     *
     * @param told what the sessions' clients are told; null for a lost agent
     */
    private void close(CloseCode code, String reason, @Nullable Refusal told) {
        if (stage instanceof Stage.Closed) {
            return;
        }
        toClosed(told == null ? Refusals.agentLost() : told, code.label() + ": " + reason);
        ChannelHandlerContext present = context();
        present.writeAndFlush(new CloseWebSocketFrame(code.code(), bounded(reason)))
                .addListener(_ ->
                        present.executor().schedule(() -> present.close(), 1, TimeUnit.SECONDS));
    }

    private void toClosed(Refusal told, String why) {
        Stage before = stage;
        stage = new Stage.Closed();
        callOff(timer);
        callOff(lifetimeTimer);
        if (before instanceof Stage.Live(LiveTunnel tunnel)) {
            registry.remove(tunnel);
            tunnel.end(told);
            LOG.atInfo()
                    .addKeyValue("tunnel", tunnel.name())
                    .addKeyValue("reason", why)
                    .log("tunnel closed");
        } else if (before instanceof Stage.AwaitHello) {
            LOG.atInfo().addKeyValue("reason", why).log("agent refused");
        }
    }

    private Future<?> after(Duration delay, Runnable action) {
        return context().executor().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void callOff(@Nullable Future<?> future) {
        if (future != null) {
            future.cancel(false);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = ctx;
        if (present == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return present;
    }

    private static String bounded(String reason) {
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_REASON_BYTES) {
            return reason;
        }
        String cut = new String(bytes, 0, MAX_REASON_BYTES - 3, StandardCharsets.UTF_8);
        // a character cut in two at the end has become a replacement character
        return cut.replace("\uFFFD", "");
    }
}
