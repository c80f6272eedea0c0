package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a client's connection: a last message, then the close, even when the client reads nothing.
 */
public final class Farewell {
    /** How long a client may take to read its last message. */
    private static final long LINGER_SECONDS = 5;

    private Farewell() {}

    /**
     * Says goodbye.
     *
     * <p>A connection that is closed with bytes unread is reset, and the reset can overtake the
     * message. So the last message is followed by the end of this side's output; what the client
     * still sends is read and dropped until it closes, too, or has taken too long.
     *
     * @param error what the client is told, or null for nothing
     */
    public static void say(Channel channel, @Nullable ErrorResponse error) {
        if (!channel.isActive() || error == null) {
            channel.close();
            return;
        }
        ByteBuf message = channel.alloc().buffer();
        error.writeTo(message);
        Future<?> force =
                channel.eventLoop()
                        .schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(_ -> force.cancel(false));
        channel.writeAndFlush(message).addListener(written -> endOutput(channel));
        channel.config().setAutoRead(true);
    }

    private static void endOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutDownOutput(channel);
        } else {
            tls.closeOutbound().addListener(closed -> shutDownOutput(channel));
        }
    }

    private static void shutDownOutput(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }
}
