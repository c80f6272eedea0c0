package dev.culvert.agent.dial;

import dev.culvert.tunnel.codec.MessageWriter;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An agent's WebSocket in its own pipeline: frames are decoded from, and written as, Netty's
 * buffers, without a copy. The relay's pings, and its Close, are left to Vert.x to answer.
 */
final class WebSocketHandler extends ChannelInboundHandlerAdapter implements AgentSocket {
    /** A WebSocket close reason holds 123 bytes (RFC 6455, section 5.5). */
    private static final int MAX_REASON_BYTES = 123;

    /** How long the relay may take for the closing handshake. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** A WebSocket that broke; no such code is ever sent. */
    private static final int BROKEN = 1006;

    private final SocketListener listener;
    private @Nullable ChannelHandlerContext context;
    private boolean closed;

    WebSocketHandler(SocketListener listener) {
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        listener.onOpen(this);
        if (!ctx.channel().isActive()) {
            toClosed(BROKEN, "");
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        switch (message) {
            case BinaryWebSocketFrame binary when binary.isFinalFragment() -> {
                try {
                    if (!closed) {
                        listener.onMessage(binary.content());
                    }
                } finally {
                    binary.release();
                }
            }
            case BinaryWebSocketFrame _, TextWebSocketFrame _, ContinuationWebSocketFrame _ -> {
                ReferenceCountUtil.release(message);
                if (!closed) {
                    listener.onForeignMessage();
                }
            }
            case CloseWebSocketFrame close when closed -> {
                // the answer to this side's own Close
                close.release();
                ctx.close();
            }
            case CloseWebSocketFrame close -> {
                int code = close.statusCode();
                String reason = close.reasonText();
                ctx.fireChannelRead(close);
                toClosed(code, reason == null ? "" : reason);
            }
            default -> ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !closed) {
            listener.onWritable();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        toClosed(BROKEN, "");
        ctx.fireChannelInactive();
    }

    @Override
    public void send(Frame frame) {
        ChannelHandlerContext present = context();
        MessageWriter.write(frame, Role.AGENT, present.alloc(), present::write);
        present.flush();
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public void close(int code, String reason) {
        if (closed) {
            return;
        }
        closed = true;
        ChannelHandlerContext present = context();
        present.writeAndFlush(new CloseWebSocketFrame(code, bounded(reason)));
        present.executor()
                .schedule(() -> present.close(), CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void toClosed(int code, String reason) {
        if (!closed) {
            closed = true;
            listener.onClosed(code, reason);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
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
