package dev.culvert.front.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketOption;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** Puts {@link TcpSettings} on a client's socket, in the words of the transport in use. */
final class TcpOptions {
    private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";

    private TcpOptions() {}

    static void set(Channel client, TcpSettings settings) {
        client.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        int idle = seconds(settings.keepAliveIdle());
        int interval = seconds(settings.keepAliveInterval());
        if (client instanceof NioSocketChannel) {
            nio(client, ExtendedSocketOptions.TCP_KEEPIDLE, idle);
            nio(client, ExtendedSocketOptions.TCP_KEEPINTERVAL, interval);
            nio(client, ExtendedSocketOptions.TCP_KEEPCOUNT, settings.keepAliveProbes());
        } else if (ChannelOption.exists(EPOLL + "TCP_USER_TIMEOUT")) {
            // by name, since the native transport is not among this module's dependencies
            epoll(client, "TCP_KEEPIDLE", idle);
            epoll(client, "TCP_KEEPINTVL", interval);
            epoll(client, "TCP_KEEPCNT", settings.keepAliveProbes());
            epoll(client, "TCP_USER_TIMEOUT", Math.toIntExact(settings.userTimeout().toMillis()));
        }
    }

    private static void nio(Channel client, SocketOption<Integer> option, int value) {
        client.config().setOption(NioChannelOption.of(option), value);
    }

    private static void epoll(Channel client, String option, int value) {
        client.config().setOption(ChannelOption.<Integer>valueOf(EPOLL + option), value);
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }
}
