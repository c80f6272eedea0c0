package dev.culvert.front.listen;

import static dev.culvert.front.testing.FirstPackets.V3_0;
import static dev.culvert.front.testing.FirstPackets.V3_2;
import static dev.culvert.front.testing.FirstPackets.V3_9999;
import static dev.culvert.front.testing.FirstPackets.concat;
import static dev.culvert.front.testing.FirstPackets.packet;
import static dev.culvert.front.testing.FirstPackets.singly;
import static dev.culvert.front.testing.FirstPackets.sslRequest;
import static dev.culvert.front.testing.FirstPackets.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.front.testing.TrustingTls;
import dev.culvert.wire.error.ErrorResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every first packet, through a real socket, as bytes. */
class FirstPacketTest {
    private static final byte[] HELLO = startup(V3_0, "user", "guest", "database", "x");
    private static final byte[] OVERLONG = new byte[10_001];

    private static FrontFixture tlsOnly;
    private static FrontFixture plain;

    @BeforeAll
    static void start() {
        FakeBackend backend =
                new FakeBackend().with("guest", new Credential(new Proof.None(), null));
        tlsOnly = FrontFixture.start(FrontSettings.on("127.0.0.1", 0), backend);
        plain =
                FrontFixture.start(
                        FrontSettings.on("127.0.0.1", 0).withTlsRequired(false), backend);
    }

    @AfterAll
    static void stop() {
        tlsOnly.close();
        plain.close();
    }

    // encryption

    @Test
    void an_SSLRequest_is_answered_with_S_and_TLS_follows() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');
            client.startTls("a.test").send(HELLO);

            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void everything_may_come_byte_by_byte() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            assertThat(client.send(singly(sslRequest())).readByte()).isEqualTo('S');
            client.startTls("a.test").send(singly(HELLO));

            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void a_GSSENCRequest_is_declined_and_an_SSLRequest_may_follow() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            assertThat(client.send(RawClient.gssEncRequest()).readByte()).isEqualTo('N');
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');
            client.startTls("a.test").send(HELLO);

            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void a_second_GSSENCRequest_is_a_violation() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            assertThat(client.send(RawClient.gssEncRequest()).readByte()).isEqualTo('N');

            assertThat(error(client.send(RawClient.gssEncRequest())).sqlState()).isEqualTo("08P01");
        }
    }

    @Test
    void an_SSLRequest_inside_TLS_is_a_violation() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            assertThat(client.send(sslRequest()).readByte()).isEqualTo('S');

            ErrorResponse error = error(client.startTls("a.test").send(sslRequest()));

            assertThat(error.sqlState()).isEqualTo("08P01");
            assertThat(error.message()).contains("TLS was requested twice");
        }
    }

    @Test
    void a_ClientHello_in_the_segment_of_the_SSLRequest_works() throws Exception {
        SSLEngine engine = TrustingTls.CONTEXT.createSSLEngine("a.test", 5432);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] clientHello = new byte[hello.flip().remaining()];
        hello.get(clientHello);
        try (RawClient client = new RawClient(tlsOnly.port())) {
            client.send(concat(sslRequest(), clientHello));

            assertThat(client.readByte()).isEqualTo('S');
            // a TLS record with a handshake message: ServerHello
            assertThat((int) client.readByte()).isEqualTo(0x16);
        }
    }

    @Test
    void plain_bytes_behind_an_SSLRequest_end_the_connection_unread() throws Exception {
        // CVE-2021-23222: somebody on the way injects what the server takes for the client's
        int before = plain.sessions.size();
        byte[] query = RawClient.message('Q', "DROP TABLE t\0".getBytes(StandardCharsets.US_ASCII));
        for (byte[] injected :
                new byte[][] {HELLO, concat(HELLO, query), query, {0}, sslRequest()}) {
            try (RawClient client = new RawClient(plain.port())) {
                client.send(concat(sslRequest(), injected));

                assertThat(client.isClosedByServer()).isTrue();
            }
        }
        assertThat(plain.sessions).hasSize(before);
    }

    @Test
    void direct_TLS_needs_the_application_protocol() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            client.startTls("a.test", "postgresql").send(HELLO);
            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
        try (RawClient client = new RawClient(tlsOnly.port())) {
            ErrorResponse error = error(client.startTls("a.test"));
            assertThat(error.sqlState()).isEqualTo("08P01");
            assertThat(error.message()).contains("without ALPN protocol");
        }
    }

    @Test
    void direct_TLS_with_another_application_protocol_is_refused() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            try {
                client.startTls("a.test", "http/1.1");
            } catch (SSLException e) {
                return; // the engine sends an alert
            }
            assertThat(error(client).message()).contains("without ALPN protocol");
        }
    }

    @Test
    void a_client_in_plain_text_is_told_to_use_TLS() throws Exception {
        try (RawClient client = new RawClient(tlsOnly.port())) {
            ErrorResponse error = error(client.send(HELLO));
            assertThat(error.sqlState()).isEqualTo("28000");
            assertThat(error.hint()).contains("sslmode=require");
        }
    }

    // versions

    @ParameterizedTest
    @CsvSource({"196608, 4", "196610, 32"})
    void each_version_has_its_length_of_cancel_key(int version, int keyBytes) throws Exception {
        try (RawClient client = new RawClient(plain.port())) {
            client.send(startup(version, "user", "guest"));

            assertThat(client.readUntil('K').body()).hasSize(4 + keyBytes);
            assertThat(client.readUntil('Z').body()).containsExactly('I');
        }
    }

    @Test
    void a_newer_minor_version_is_negotiated_down() throws Exception {
        try (RawClient client = new RawClient(plain.port())) {
            client.send(startup(V3_9999, "user", "guest", "_pq_.test_protocol_negotiation", ""));

            ByteBuffer negotiation = ByteBuffer.wrap(client.readUntil('v').body());
            assertThat(negotiation.getInt()).isEqualTo(V3_2);
            assertThat(negotiation.getInt()).isEqualTo(1);
            byte[] name = new byte[negotiation.remaining() - 1];
            negotiation.get(name);
            assertThat(new String(name, StandardCharsets.US_ASCII))
                    .isEqualTo("_pq_.test_protocol_negotiation");
            assertThat(client.readUntil('K').body()).hasSize(4 + 32);
        }
    }

    @Test
    void an_unknown_option_is_negotiated_in_every_version() throws Exception {
        try (RawClient client = new RawClient(plain.port())) {
            client.send(startup(V3_0, "user", "guest", "_pq_.future", "1"));

            assertThat(ByteBuffer.wrap(client.readUntil('v').body()).getInt()).isEqualTo(V3_0);
            assertThat(client.readUntil('K').body()).hasSize(4 + 4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 16, 2 << 16, 4 << 16, (4 << 16) + 2})
    void another_major_version_is_refused_with_those_spoken(int version) throws Exception {
        try (RawClient client = new RawClient(plain.port())) {
            ErrorResponse error = error(client.send(startup(version, "user", "guest")));

            assertThat(error.sqlState()).isEqualTo("0A000");
            assertThat(error.message()).contains("3.0").contains("3.2");
        }
    }

    // broken packets

    @Test
    void a_length_that_is_absurd_is_refused_before_more_comes() throws Exception {
        for (int length : new int[] {0, 4, 7, 10_005, 0x47455420, -1}) {
            try (RawClient client = new RawClient(plain.port())) {
                client.send(ByteBuffer.allocate(4).putInt(length).array());

                assertThat(error(client).sqlState()).as("length %d", length).isEqualTo("08P01");
            }
        }
    }

    @Test
    void each_broken_startup_message_gets_its_own_error() throws Exception {
        assertRefused(packet(V3_0, OVERLONG), "08P01", "length");
        assertRefused(
                packet(V3_0, "user\0guest\0".getBytes(StandardCharsets.US_ASCII)),
                "08P01",
                "ends before");
        assertRefused(
                packet(V3_0, "user\0guest".getBytes(StandardCharsets.US_ASCII)),
                "08P01",
                "ends before");
        assertRefused(startup(V3_0, "database", "x"), "28000", "no user");
        assertRefused(startup(V3_0, "user", ""), "28000", "empty");
        assertRefused(startup(V3_0, "user", "a", "user", "b"), "08P01", "\"user\" twice");
        assertRefused(
                packet(V3_0, new byte[] {'u', 's', 'e', 'r', 0, (byte) 0xC3, 0, 0}),
                "08P01",
                "UTF-8");
        assertRefused(startup(V3_0, "user", "a", "replication", "true"), "0A000", "replication");
        assertRefused(
                startup(V3_0, "user", "a", "replication", "database"), "0A000", "replication");
    }

    // time

    @Test
    void a_client_that_does_not_begin_TLS_in_time_is_left() throws Exception {
        try (FrontFixture impatient = FrontFixture.start(hasty(), new FakeBackend());
                RawClient silent = new RawClient(impatient.port());
                RawClient half = new RawClient(impatient.port())) {
            assertThat(half.send(sslRequest()).readByte()).isEqualTo('S');

            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(half.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_client_that_does_not_log_in_in_time_is_told() throws Exception {
        FakeBackend backend = new FakeBackend().with("anna", "secret", null);
        try (FrontFixture impatient = FrontFixture.start(hasty(), backend);
                RawClient silent = new RawClient(impatient.port());
                RawClient half = new RawClient(impatient.port())) {
            silent.send(sslRequest()).readByte();
            silent.startTls("a.test");
            half.send(sslRequest()).readByte();
            half.startTls("a.test").send(startup(V3_0, "user", "anna"));

            assertThat(error(silent).sqlState()).isEqualTo("57014");
            assertThat(half.readUntil('E').error().message()).contains("due to timeout");
            assertThat(impatient.nextRefused().reason()).isEqualTo(Reason.LOGIN_TIMEOUT);
        }
    }

    private static FrontSettings hasty() {
        FrontSettings settings = FrontSettings.on("127.0.0.1", 0);
        return new FrontSettings(
                settings.host(),
                settings.port(),
                true,
                Duration.ofMillis(700),
                Duration.ofMillis(700),
                settings.startTimeout(),
                false,
                settings.connections(),
                settings.attempts(),
                settings.proxyProtocol(),
                settings.tcp(),
                settings.idleStatus());
    }

    private static void assertRefused(byte[] packet, String sqlState, String text)
            throws Exception {
        try (RawClient client = new RawClient(plain.port())) {
            ErrorResponse error = error(client.send(packet));
            assertThat(error.sqlState()).as(text).isEqualTo(sqlState);
            assertThat(error.message()).contains(text);
            assertThat(error.hint()).isNotBlank();
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    private static ErrorResponse error(RawClient client) throws Exception {
        return client.read().error();
    }
}
