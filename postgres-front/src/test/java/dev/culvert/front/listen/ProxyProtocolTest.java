package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.listen.ProxyProtocol.Mode;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProxyProtocolTest {
    private static final byte[] V1 = ascii("PROXY TCP4 203.0.113.7 192.0.2.1 50123 5432\r\n");
    private static final byte[] V1_UNKNOWN = ascii("PROXY UNKNOWN\r\n");
    private static final byte[] V2 = v2(0x21, 0x11, new byte[] {(byte) 203, 0, 113, 8});
    private static final byte[] V2_LOCAL = v2(0x20, 0x00, new byte[0]);

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"ACCEPTED", "REQUIRED"})
    void both_versions_say_where_the_client_is(Mode mode) throws Exception {
        try (FrontFixture front = start(mode, "127.0.0.0/8")) {
            assertThat(clientOf(front, V1)).isEqualTo(address("203.0.113.7", 50123));
            assertThat(clientOf(front, V2)).isEqualTo(address("203.0.113.8", 50124));
        }
    }

    @Test
    void an_ipv6_client_is_known_too() throws Exception {
        byte[] header = ascii("PROXY TCP6 2001:db8::7 2001:db8::1 50123 5432\r\n");
        try (FrontFixture front = start(Mode.REQUIRED, "127.0.0.1")) {
            assertThat(clientOf(front, header).getAddress().getHostAddress())
                    .isEqualTo("2001:db8:0:0:0:0:0:7");
        }
    }

    @Test
    void a_proxy_that_cannot_tell_or_checks_itself_is_the_client() throws Exception {
        try (FrontFixture front = start(Mode.REQUIRED, "127.0.0.1")) {
            assertThat(clientOf(front, V1_UNKNOWN).getHostString()).isEqualTo("127.0.0.1");
            assertThat(clientOf(front, V2_LOCAL).getHostString()).isEqualTo("127.0.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"ACCEPTED", "REQUIRED"})
    void a_header_may_come_in_pieces_or_with_the_startup_packet(Mode mode) throws Exception {
        try (FrontFixture front = start(mode, "127.0.0.1")) {
            for (byte[] header : List.of(V1, V2)) {
                try (RawClient client = new RawClient(front.port())) {
                    for (byte each : header) {
                        client.send(new byte[] {each});
                    }
                    client.send(RawClient.startup("guest")).readUntil('Z');
                }
                try (RawClient client = new RawClient(front.port())) {
                    byte[] startup = RawClient.startup("guest");
                    client.send(
                                    ByteBuffer.allocate(header.length + startup.length)
                                            .put(header)
                                            .put(startup)
                                            .array())
                            .readUntil('Z');
                }
                assertThat(front.nextSession().client().getHostString()).startsWith("203.0.113.");
                assertThat(front.nextSession().client().getHostString()).startsWith("203.0.113.");
            }
        }
    }

    @Test
    void accepted_takes_clients_without_a_header_in_tls_and_in_plain() throws Exception {
        try (FrontFixture front = start(Mode.ACCEPTED, "127.0.0.1")) {
            front.connect("anna", "pencil").close();
            assertThat(front.nextSession().client().getHostString()).isEqualTo("127.0.0.1");
            front.connect("anna", "pencil", "127.0.0.2").close();
            assertThat(front.nextSession().client().getHostString()).isEqualTo("127.0.0.2");
            assertThat(clientOf(front, new byte[0]).getHostString()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void the_address_counts_for_the_limits_and_not_the_proxy() throws Exception {
        FrontSettings settings =
                settings(Mode.REQUIRED, "127.0.0.1")
                        .withLimits(
                                ConnectionLimits.DEFAULTS.withCounts(10, 1, 10),
                                AttemptLimits.DEFAULTS);
        try (FrontFixture front = FrontFixture.start(settings, backend());
                RawClient first = new RawClient(front.port());
                RawClient other = new RawClient(front.port());
                RawClient again = new RawClient(front.port())) {
            first.send(V1, RawClient.startup("guest")).readUntil('Z');
            other.send(V2, RawClient.startup("guest")).readUntil('Z');

            assertThat(again.send(V1, RawClient.startup("guest")).read().error().message())
                    .isEqualTo("too many connections from your address");
            FrontFixture.Refused refused = front.nextRefused();
            assertThat(refused.reason()).isEqualTo(Reason.TOO_MANY_FROM_ADDRESS);
            assertThat(refused.client()).isEqualTo(address("203.0.113.7", 50123));
        }
    }

    @Test
    void a_header_from_a_stranger_ends_the_connection() throws Exception {
        try (FrontFixture front = start(Mode.ACCEPTED, "192.0.2.0/24")) {
            assertViolation(front, V1, RawClient.startup("guest"));
            assertViolation(front, V2, RawClient.startup("guest"));
            // a stranger may still connect for himself
            assertThat(clientOf(front, new byte[0]).getHostString()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void required_tells_strangers_to_come_through_the_proxy() throws Exception {
        try (FrontFixture front = start(Mode.REQUIRED, "192.0.2.0/24");
                RawClient client = new RawClient(front.port())) {
            RawClient.Message answer = client.read();

            assertThat(answer.error().sqlState()).isEqualTo("08P01");
            assertThat(answer.error().message())
                    .isEqualTo("this server is reached through its proxy only");
            assertThat(answer.error().hint()).isNotBlank();
            assertThat(front.nextRefused().reason()).isEqualTo(Reason.PROXY_PROTOCOL);
        }
    }

    @Test
    void required_ends_connections_without_a_header() throws Exception {
        try (FrontFixture front = start(Mode.REQUIRED, "127.0.0.1")) {
            assertViolation(front, RawClient.startup("guest"));
            assertViolation(front, new byte[] {0x16, 3, 1});
        }
    }

    @Test
    void a_malformed_header_ends_the_connection() throws Exception {
        try (FrontFixture front = start(Mode.REQUIRED, "127.0.0.1")) {
            assertViolation(front, ascii("PROXY TCP4 203.0.113.7 192.0.2.1\r\n"));
            assertViolation(front, ascii("POST / HTTP/1.1\r\n"));
            assertViolation(front, ascii("PROXY TCP4 " + "1".repeat(200)));
            assertViolation(front, v2(0x31, 0x11, new byte[4]));
        }
    }

    @Test
    void a_header_that_does_not_end_in_time_ends_the_connection() throws Exception {
        ProxyProtocol hasty =
                new ProxyProtocol(
                        Mode.REQUIRED,
                        ProxyProtocol.from(Mode.REQUIRED, List.of("127.0.0.1")).trusted(),
                        Duration.ofMillis(100));
        try (FrontFixture front =
                FrontFixture.start(
                        settings(Mode.REQUIRED, "127.0.0.1").withProxyProtocol(hasty), backend())) {
            assertViolation(front, ascii("PROXY TCP4 "));
            assertViolation(front);
        }
    }

    @Test
    void off_reads_a_header_as_the_malformed_packet_that_it_is() throws Exception {
        try (FrontFixture front =
                        FrontFixture.start(
                                FrontSettings.on("127.0.0.1", 0).withTlsRequired(false),
                                backend());
                RawClient client = new RawClient(front.port())) {
            assertThat(client.send(V1).read().error().sqlState()).isEqualTo("08P01");
        }
    }

    @Test
    void a_mode_without_trusted_proxies_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProxyProtocol.from(Mode.ACCEPTED, List.of()))
                .withMessageContaining("proxyProtocol.trusted");
    }

    private static void assertViolation(FrontFixture front, byte[]... segments) throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            assertThat(client.send(segments).read().type()).isEqualTo('\0');
        }
        assertThat(front.nextRefused().reason()).isEqualTo(Reason.PROXY_PROTOCOL);
    }

    private static InetSocketAddress clientOf(FrontFixture front, byte[] header) throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            client.send(header, RawClient.startup("guest")).readUntil('Z');
        }
        return front.nextSession().client();
    }

    private static FrontFixture start(Mode mode, String trusted) {
        return FrontFixture.start(settings(mode, trusted), backend());
    }

    private static FrontSettings settings(Mode mode, String trusted) {
        return FrontSettings.on("127.0.0.1", 0)
                .withTlsRequired(false)
                .withProxyProtocol(ProxyProtocol.from(mode, List.of(trusted)));
    }

    private static FakeBackend backend() {
        return new FakeBackend()
                .with("anna", "pencil", null)
                .with("guest", new Credential(new Proof.None(), null));
    }

    private static byte[] v2(int versionAndCommand, int family, byte[] source) {
        byte[] signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
        int addresses = source.length == 0 ? 0 : 2 * source.length + 4;
        ByteBuffer header =
                ByteBuffer.allocate(signature.length + 4 + addresses)
                        .put(signature)
                        .put((byte) versionAndCommand)
                        .put((byte) family)
                        .putShort((short) addresses);
        if (addresses > 0) {
            header.put(source)
                    .put(new byte[] {(byte) 192, 0, 2, 1})
                    .putShort((short) 50124)
                    .putShort((short) 5432);
        }
        return header.array();
    }

    private static InetSocketAddress address(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
