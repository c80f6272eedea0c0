package dev.culvert.front.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** Puts {@link TcpSettings} on a client's socket, in the words of the transport in use. */
final class TcpOptions {
    private TcpOptions() {}

    static void set(Channel client, TcpSettings settings) {
        if (!(client instanceof SocketChannel)) {
            // a client on this machine does not vanish without a word
            return;
        }
        ChannelConfig config = client.config();
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        int idle = seconds(settings.keepAliveIdle());
        int interval = seconds(settings.keepAliveInterval());
        int probes = settings.keepAliveProbes();
        if (client instanceof NioSocketChannel) {
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), idle);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), interval);
            config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), probes);
        } else if (client instanceof EpollSocketChannel) {
            config.setOption(EpollChannelOption.TCP_KEEPIDLE, idle);
            config.setOption(EpollChannelOption.TCP_KEEPINTVL, interval);
            config.setOption(EpollChannelOption.TCP_KEEPCNT, probes);
            config.setOption(
                    EpollChannelOption.TCP_USER_TIMEOUT,
                    Math.toIntExact(settings.userTimeout().toMillis()));
        }
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }
}
