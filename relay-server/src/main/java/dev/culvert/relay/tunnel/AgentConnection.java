package dev.culvert.relay.tunnel;

import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.Verdict;
import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.MessageWriter;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's WebSocket, from the upgrade to its end.
 *
 * <pre>
 *   AwaitHello ── HELLO: a tunnel is opened or resumed ──▶ Carrying
 *       │ └── HELLO with a token ──▶ Judging ── permitted ──┘  │
 *       └── refused, too late ──▶ Closed ◀── violation, dead, superseded, broken
 * </pre>
 *
 * <p>The last in the WebSocket's own pipeline, in Vert.x's place: frames are decoded from, and
 * written as, Netty's buffers, without a copy.
 *
 * <p>On the WebSocket's event loop; {@link #send}, {@link #isWritable} and {@link #close} may be
 * called from the tunnel's, which is another when the tunnel was resumed.
 */
final class AgentConnection extends ChannelInboundHandlerAdapter implements FrameOutput {
    private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);

    /** A WebSocket close reason holds 123 bytes (RFC 6455, section 5.5). */
    private static final int MAX_REASON_BYTES = 123;

    /**
     * Bytes on their way to an agent that reads nothing. DATA waits long before, what is sent again
     * after a break is at most half of it, and the rest are answers to what the agent asks.
     */
    private static final int MAX_UNSENT_BYTES = 2 * ReliableLink.MAX_KEPT_BYTES;

    private static final String NOT_READ = "the agent reads nothing of what it is sent";

    /** How long the peer may take for the closing handshake. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private static final AtomicIntegerFieldUpdater<AgentConnection> FLUSH_ASKED =
            AtomicIntegerFieldUpdater.newUpdater(AgentConnection.class, "flushAsked");

    private sealed interface Stage {
        record AwaitHello() implements Stage {}

        /** The agent's token is being checked. */
        record Judging() implements Stage {}

        record Carrying(LiveTunnel tunnel) implements Stage {}

        record Closed() implements Stage {}
    }

    private final TunnelReception reception;
    private final TunnelSettings settings;

    /** The token of the upgrade request, until it has been judged. */
    private @Nullable String headerToken;

    private Stage stage = new Stage.AwaitHello();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Future<?> timer;
    private @Nullable AgentLiveness liveness;
    private long pings;

    /** One object for all the times. */
    private final Runnable flush = this::flush;

    /** 1 when {@link #flush} is going to run. */
    private volatile int flushAsked;

    private boolean closeSent;

    AgentConnection(
            TunnelReception reception, TunnelSettings settings, @Nullable String headerToken) {
        this.reception = reception;
        this.settings = settings;
        this.headerToken = headerToken;
    }

    // what the WebSocket does

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        timer =
                after(
                        settings.helloTimeout(),
                        () -> close(CloseCode.HELLO_REFUSED, "no HELLO in time"));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (message) {
            case BinaryWebSocketFrame binary -> onMessage(binary);
            case TextWebSocketFrame _, ContinuationWebSocketFrame _ -> {
                ReferenceCountUtil.release(message);
                violated(new ProtocolViolationException("only whole binary messages are allowed"));
            }
            case CloseWebSocketFrame close -> onWebSocketClose(context, close);
            case PingWebSocketFrame ping -> onWebSocketPing(context, ping);
            case PongWebSocketFrame pong -> {
                pong.release();
                if (liveness != null) {
                    liveness.onWebSocketPong(now());
                }
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    /** RFC 6455, section 5.5.1: the first Close is answered, and the server hangs up. */
    private void onWebSocketClose(ChannelHandlerContext context, CloseWebSocketFrame close) {
        if (closeSent) {
            close.release();
            context.close();
            return;
        }
        closeSent = true;
        context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
        hangUpSoon();
    }

    /** Bounded: an agent that reads no answers is gone. */
    private void onWebSocketPing(ChannelHandlerContext context, PingWebSocketFrame ping) {
        if (!(stage instanceof Stage.Closed) && !isClogged(context)) {
            context.writeAndFlush(new PongWebSocketFrame(ping.content()));
            return;
        }
        ping.release();
        close(CloseCode.DEAD, NOT_READ);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && stage instanceof Stage.Carrying(LiveTunnel tunnel)) {
            tunnel.execute(tunnel::onWritable);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        toClosed("connection lost");
        context.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("deprecation") // of ChannelHandler, not of this
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedFrameException) {
            // too large, compressed, not masked, …
            violated(new ProtocolViolationException(String.valueOf(cause.getMessage())));
        } else {
            LOG.atDebug().setCause(cause).log("an agent's connection failed");
            context.close();
        }
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
            if (liveness != null) {
                liveness.onFrame(frame, now());
            }
            if (frame != null) {
                onFrame(frame);
            }
        } catch (ProtocolViolationException e) {
            violated(e);
        } finally {
            message.release();
        }
    }

    private void onFrame(Frame frame) {
        switch (stage) {
            case Stage.AwaitHello _ -> {
                if (!(frame instanceof Frame.Hello hello)) {
                    frame.release();
                    throw new ProtocolViolationException(frame.type() + " before HELLO");
                }
                onHello(hello, null);
            }
            case Stage.Judging _ -> {
                frame.release();
                throw new ProtocolViolationException(frame.type() + " before WELCOME");
            }
            case Stage.Carrying(LiveTunnel tunnel) ->
                    tunnel.execute(() -> tunnel.onFrame(this, frame));
            case Stage.Closed _ -> throw new IllegalStateException("frame after close");
        }
    }

    private void onHello(Frame.Hello hello, @Nullable Grant grant) {
        switch (reception.receive(hello, grant, this)) {
            case TunnelReception.Outcome.NeedsGrant _ -> {
                // the timer of HELLO goes on: it limits this wait, too
                stage = new Stage.Judging();
                reception
                        .judge(hello, headerToken)
                        .thenAccept(verdict -> execute(() -> onVerdict(hello, verdict)));
            }
            case TunnelReception.Outcome.Refused(CloseCode code, String message) ->
                    close(code, message);
            case TunnelReception.Outcome.Opened(LiveTunnel tunnel) -> carry(tunnel);
            case TunnelReception.Outcome.Resumes(LiveTunnel tunnel, long received) -> {
                carry(tunnel);
                tunnel.execute(() -> tunnel.resume(this, received));
            }
        }
    }

    private void onVerdict(Frame.Hello hello, Verdict verdict) {
        if (!(stage instanceof Stage.Judging)) {
            return;
        }
        headerToken = null;
        switch (verdict) {
            case Verdict.Granted(Grant grant) -> onHello(hello, grant);
            case Verdict.Refused(CloseCode code, String message) -> close(code, message);
        }
    }

    private void carry(LiveTunnel tunnel) {
        stage = new Stage.Carrying(tunnel);
        callOffTimer();
        AgentLiveness begun = new AgentLiveness(settings.liveness(), now());
        liveness = begun;
        timer = after(begun.nextLook(false, now()), this::look);
    }

    /** Asks the tunnel, on its thread, whether it awaits an answer; then judges. */
    private void look() {
        if (stage instanceof Stage.Carrying(LiveTunnel tunnel)) {
            tunnel.execute(() -> {
                boolean owesAnswer = tunnel.sessions().awaitAnswer();
                execute(() -> judge(tunnel, owesAnswer));
            });
        }
    }

    private void judge(LiveTunnel tunnel, boolean owesAnswer) {
        AgentLiveness present = liveness;
        if (present == null || stage instanceof Stage.Closed) {
            return;
        }
        if (present.isDead(owesAnswer, now())) {
            close(CloseCode.DEAD, "no frame came for too long");
            return;
        }
        if (present.isPingDue(now())) {
            present.pinged(now());
            Frame.Ping ping = new Frame.Ping(++pings);
            tunnel.execute(() -> tunnel.ping(this, ping));
            // answered by a browser even while the page's thread is blocked
            context().writeAndFlush(new PingWebSocketFrame());
        }
        timer = after(present.nextLook(owesAnswer, now()), this::look);
    }

    private void violated(ProtocolViolationException violation) {
        if (stage instanceof Stage.Carrying(LiveTunnel tunnel)) {
            tunnel.execute(() -> tunnel.onViolation(this, violation));
        } else {
            close(violation.closeCode(), String.valueOf(violation.getMessage()));
        }
    }

    // what the tunnel does

    /** Where the agent, or what is in front of it, connects from. */
    SocketAddress address() {
        return context().channel().remoteAddress();
    }

    /** The event loop of the WebSocket. */
    EventLoop eventLoop() {
        return context().channel().eventLoop();
    }

    @Override
    public void send(Frame frame) {
        ChannelHandlerContext present = context();
        if (isClogged(present)) {
            frame.release();
            close(CloseCode.DEAD, NOT_READ);
            return;
        }
        MessageWriter.write(
                frame,
                Role.RELAY,
                present.alloc(),
                message -> present.write(message, present.voidPromise()));
        if (FLUSH_ASKED.compareAndSet(this, 0, 1)) {
            present.executor().execute(flush);
        }
    }

    /**
     * All that was sent since the event loop's last turn goes in one record and one system call.
     */
    private void flush() {
        flushAsked = 0;
        context().flush();
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Closes the WebSocket; does nothing when it is closed. Any thread. */
    void close(CloseCode code, String reason) {
        execute(() -> {
            if (stage instanceof Stage.Closed) {
                return;
            }
            if (!closeSent) {
                closeSent = true;
                context().writeAndFlush(new CloseWebSocketFrame(code.code(), bounded(reason)));
            }
            toClosed(code.label() + ": " + reason);
            if (isClogged(context())) {
                // no answer will come, and nothing else is wanted
                context().channel().config().setAutoRead(false);
            }
            hangUpSoon();
        });
    }

    /** The agent will close the WebSocket: waits for that, for a while. Any thread. */
    void hangUpSoon() {
        after(CLOSE_TIMEOUT, () -> context().close());
    }

    private void toClosed(String why) {
        Stage before = stage;
        stage = new Stage.Closed();
        callOffTimer();
        switch (before) {
            case Stage.Carrying(LiveTunnel tunnel) ->
                    tunnel.execute(() -> tunnel.onConnectionClosed(this, why));
            case Stage.AwaitHello _, Stage.Judging _ -> TunnelLog.refused(address(), why);
            case Stage.Closed _ -> {
                // said already
            }
        }
    }

    private void execute(Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }

    private long now() {
        return eventLoop().ticker().nanoTime();
    }

    private Future<?> after(Duration delay, Runnable action) {
        return eventLoop().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void callOffTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = ctx;
        if (present == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return present;
    }

    private static boolean isClogged(ChannelHandlerContext context) {
        return context.channel().bytesBeforeWritable() > MAX_UNSENT_BYTES;
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
