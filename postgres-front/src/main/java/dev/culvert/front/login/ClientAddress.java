package dev.culvert.front.login;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where a client connects from: the other end of its connection or, when that is a trusted proxy,
 * what the proxy says. A client that comes without a network (Unix socket, same process) is on the
 * loopback interface, port 0. For limits, logs and the backend alike.
 */
public final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> TOLD_BY_PROXY =
            AttributeKey.valueOf(ClientAddress.class, "told-by-proxy");

    private static final InetSocketAddress NO_NETWORK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private ClientAddress() {}

    /** Where the client of this connection is. */
    public static InetSocketAddress of(Channel channel) {
        InetSocketAddress told = channel.attr(TOLD_BY_PROXY).get();
        if (told != null) {
            return told;
        }
        return channel.remoteAddress() instanceof InetSocketAddress peer ? peer : NO_NETWORK;
    }

    /** A trusted proxy said where the client is. */
    public static void set(Channel channel, InetSocketAddress client) {
        channel.attr(TOLD_BY_PROXY).set(client);
    }
}
