package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TcpOptionsTest {
    @Test
    void a_socket_of_the_java_transport_gets_its_keepalive() throws Exception {
        try (SocketChannel socket = SocketChannel.open()) {
            NioSocketChannel channel = new NioSocketChannel(socket);

            TcpOptions.set(channel, TcpSettings.DEFAULTS);

            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(
                            channel.config()
                                    .getOption(
                                            NioChannelOption.of(
                                                    ExtendedSocketOptions.TCP_KEEPIDLE)))
                    .isEqualTo(60);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(15);
            assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_socket_of_linux_gets_its_user_timeout_besides() {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        assertThat(vertx.isNativeTransportEnabled())
                .as("%s", vertx.unavailableNativeTransportCause())
                .isTrue();
        vertx.close().await();
        EpollSocketChannel channel = new EpollSocketChannel();
        try {
            TcpOptions.set(channel, TcpSettings.DEFAULTS);

            EpollSocketChannelConfig config = channel.config();
            assertThat(config.isKeepAlive()).isTrue();
            assertThat(config.getTcpKeepIdle()).isEqualTo(60);
            assertThat(config.getTcpKeepIntvl()).isEqualTo(15);
            assertThat(config.getTcpKeepCnt()).isEqualTo(4);
            assertThat(config.getTcpUserTimeout()).isEqualTo(120_000);
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void values_that_no_socket_takes_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new TcpSettings(
                                Duration.ofMillis(1),
                                Duration.ofSeconds(1),
                                1,
                                Duration.ofSeconds(1)))
                .withMessageContaining("tcp.keepAliveIdle");
    }
}
