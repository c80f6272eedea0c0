package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
     * @param error what the client is told, or null for nothing
     */
    public static void say(Channel channel, @Nullable ErrorResponse error) {
        if (!channel.isActive()) {
            channel.close();
            return;
        }
        ByteBuf message = channel.alloc().buffer();
        if (error != null) {
            error.writeTo(message);
        }
        Future<?> force =
                channel.eventLoop()
                        .schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(_ -> force.cancel(false));
        channel.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
    }
}
