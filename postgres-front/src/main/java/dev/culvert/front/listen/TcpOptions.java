package dev.culvert.front.listen;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketOption;
import jdk.net.ExtendedSocketOptions;

/** Puts {@link TcpSettings} on the clients' sockets, in the words of the transport in use. */
final class TcpOptions {
    private static final String EPOLL = "io.netty.channel.epoll.EpollChannelOption#";

    private TcpOptions() {}

    static void set(
            ServerBootstrap bootstrap,
            ChannelFactory<? extends ServerChannel> transport,
            TcpSettings settings) {
        bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
        int idle = Math.toIntExact(settings.keepAliveIdle().toSeconds());
        int interval = Math.toIntExact(settings.keepAliveInterval().toSeconds());
        int probes = settings.keepAliveProbes();
        int userTimeoutMillis = Math.toIntExact(settings.userTimeout().toMillis());
        ServerChannel sample = transport.newChannel();
        boolean nio = sample instanceof NioServerSocketChannel;
        sample.close();
        if (nio) {
            nio(bootstrap, ExtendedSocketOptions.TCP_KEEPIDLE, idle);
            nio(bootstrap, ExtendedSocketOptions.TCP_KEEPINTERVAL, interval);
            nio(bootstrap, ExtendedSocketOptions.TCP_KEEPCOUNT, probes);
        } else if (ChannelOption.exists(EPOLL + "TCP_USER_TIMEOUT")) {
            // by name, since the native transport is not among this module's dependencies
            epoll(bootstrap, "TCP_KEEPIDLE", idle);
            epoll(bootstrap, "TCP_KEEPINTVL", interval);
            epoll(bootstrap, "TCP_KEEPCNT", probes);
            epoll(bootstrap, "TCP_USER_TIMEOUT", userTimeoutMillis);
        }
    }

    private static void nio(ServerBootstrap bootstrap, SocketOption<Integer> option, int value) {
        bootstrap.childOption(NioChannelOption.of(option), value);
    }

    private static void epoll(ServerBootstrap bootstrap, String option, int value) {
        bootstrap.childOption(ChannelOption.<Integer>valueOf(EPOLL + option), value);
    }
}
