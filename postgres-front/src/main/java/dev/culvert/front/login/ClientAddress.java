package dev.culvert.front.login;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;

/**
 * Where a client connects from: the other end of its connection or, when that is a trusted proxy,
 * what the proxy says. For limits, logs and the backend alike.
 */
public final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> TOLD_BY_PROXY =
            AttributeKey.valueOf(ClientAddress.class, "told-by-proxy");

    private ClientAddress() {}

    /** Where the client of this connection is. */
    public static InetSocketAddress of(Channel channel) {
        InetSocketAddress told = channel.attr(TOLD_BY_PROXY).get();
        return told != null ? told : (InetSocketAddress) channel.remoteAddress();
    }

    /** A trusted proxy said where the client is. */
    public static void set(Channel channel, InetSocketAddress client) {
        channel.attr(TOLD_BY_PROXY).set(client);
    }
}
