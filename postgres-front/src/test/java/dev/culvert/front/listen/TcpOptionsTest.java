package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

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
