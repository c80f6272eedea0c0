package dev.culvert.front.listen;

import static dev.culvert.front.testing.FirstPackets.V3_0;
import static dev.culvert.front.testing.FirstPackets.sslRequest;
import static dev.culvert.front.testing.FirstPackets.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A front for clients on the same machine: without TLS, and on a Unix socket. */
class LocalFrontTest {
    private static final byte[] HELLO = startup(V3_0, "user", "guest", "database", "x");
    private static final byte[] TLS_RECORD = {0x16, 3, 1, 0, 1, 0};

    private final FakeBackend backend =
            new FakeBackend().with("guest", new Credential(new Proof.None(), null));

    @Test
    void without_TLS_an_SSLRequest_is_answered_with_N_and_the_client_goes_on() throws Exception {
        try (FrontFixture front = plain(FrontSettings.on("127.0.0.1", 0));
                RawClient client = new RawClient(front.port())) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('N');
            assertThat(client.send(RawClient.gssEncRequest()).readByte()).isEqualTo('N');

            assertThat(client.send(HELLO).readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void without_TLS_a_second_SSLRequest_is_08P01() throws Exception {
        try (FrontFixture front = plain(FrontSettings.on("127.0.0.1", 0));
                RawClient client = new RawClient(front.port())) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('N');

            assertThat(client.send(sslRequest()).read().error().sqlState()).isEqualTo("08P01");
        }
    }

    @Test
    void without_TLS_direct_TLS_ends_the_connection() throws Exception {
        try (FrontFixture front = plain(FrontSettings.on("127.0.0.1", 0));
                RawClient client = new RawClient(front.port())) {
            assertThat(client.send(TLS_RECORD).read().type()).isEqualTo((char) 0);
        }
    }

    @Test
    void TLS_cannot_be_required_where_there_is_none() {
        FrontSettings required = FrontSettings.on("127.0.0.1", 0);

        assertThatThrownBy(() -> FrontFixture.start(required, null, backend))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_Unix_socket_is_for_its_owner_and_gone_with_the_server(@TempDir Path temporary)
            throws Exception {
        Path folder = temporary.resolve("run");
        Path file = folder.resolve(".s.PGSQL.5432");
        FrontSettings settings = FrontSettings.on(folder.toString(), 5432);
        try (FrontFixture front = plain(settings)) {
            assertThat(front.port()).isEqualTo(5432);
            assertThat(permissions(folder)).isEqualTo("rwx------");
            assertThat(permissions(file)).isEqualTo("rw-------");

            assertThat(greeting(file)).isEqualTo('R');

            assertThatThrownBy(() -> plain(settings)).isInstanceOf(BindException.class);
            assertThat(front.sessions.take().client().getAddress().isLoopbackAddress()).isTrue();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void a_socket_that_a_killed_server_left_behind_is_replaced(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve(".s.PGSQL.6543");
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(file));
        dead.close();
        assertThat(file).exists();

        try (FrontFixture front = plain(FrontSettings.on(folder.toString(), 6543))) {
            assertThat(greeting(file)).isEqualTo('R');
            assertThat(front.port()).isEqualTo(6543);
        }
    }

    private FrontFixture plain(FrontSettings settings) {
        return FrontFixture.start(settings.withTlsRequired(false), null, backend);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** The type of the first message that a server on this socket sends. */
    private static char greeting(Path file) throws IOException {
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            socket.write(ByteBuffer.wrap(HELLO));
            return (char) Channels.newInputStream(socket).read();
        }
    }
}
