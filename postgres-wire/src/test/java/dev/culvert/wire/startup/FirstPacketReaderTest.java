package dev.culvert.wire.startup;

import static dev.culvert.wire.Bytes.buffer;
import static dev.culvert.wire.Bytes.concat;
import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.packet;
import static dev.culvert.wire.Bytes.read;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstPacketReaderTest {
    private static final int V3_0 = 196608;

    @Test
    void readsEncryptionRequests() {
        assertThat(FirstPacketReader.read(buffer(packet(80877103, ""))))
                .isEqualTo(SslRequest.INSTANCE);
        assertThat(FirstPacketReader.read(buffer(packet(80877104, ""))))
                .isEqualTo(GssEncRequest.INSTANCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 32, 256})
    void readsCancelRequestsWithKeysOfEitherVersion(int keyLength) {
        var key = new byte[keyLength];
        Arrays.fill(key, (byte) 0xAB);
        ByteBuf in = Unpooled.buffer();
        in.writeInt(12 + keyLength).writeInt(80877102).writeInt(-7).writeBytes(key);
        byte[] sent = read(in);

        FirstPacket packet = requireNonNull(FirstPacketReader.read(in));

        assertThat(packet).isEqualTo(new CancelRequest(-7, key)).hasSameHashCodeAs(packet);
        assertThat(packet.toString()).doesNotContain("AB", "-85");
        ByteBuf out = Unpooled.buffer();
        ((CancelRequest) packet).writeTo(out);
        assertThat(read(out)).isEqualTo(sent);
    }

    @Test
    void readsAStartupMessageWithItsParametersInOrder() {
        String body = "user\0ann\0database\0shop\0application_name\0psql\0options\0\0\0";

        StartupMessage startup = startup(FirstPacketReader.read(buffer(packet(V3_0, body))));

        assertThat(startup.version()).isEqualTo(ProtocolVersion.V3_0);
        assertThat(startup.user()).isEqualTo("ann");
        assertThat(startup.database()).isEqualTo("shop");
        assertThat(startup.options()).isEmpty();
        assertThat(startup.parameters().keySet())
                .containsExactly("user", "database", "application_name", "options");
    }

    @ParameterizedTest
    @CsvSource({"196608, 3.0", "196609, 3.1", "196610, 3.2", "206607, 3.9999", "262143, 3.65535"})
    void readsAnyMinorVersionAndLeavesItToNegotiation(int code, String version) {
        StartupMessage startup =
                startup(FirstPacketReader.read(buffer(packet(code, "user\0a\0\0"))));

        assertThat(startup.version()).hasToString(version);
    }

    @Test
    void readsOnePacketAndLeavesWhatFollows() {
        ByteBuf in = buffer(packet(80877103, ""), packet(V3_0, "user\0a\0\0"), latin1("unrelated"));

        assertThat(FirstPacketReader.read(in)).isEqualTo(SslRequest.INSTANCE);
        assertThat(FirstPacketReader.read(in)).isInstanceOf(StartupMessage.class);
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("unrelated");
    }

    static Stream<byte[]> packets() {
        return Stream.of(
                packet(80877103, ""),
                packet(80877104, ""),
                packet(80877102, "pid!secret"),
                packet(V3_0, "user\0ann\0_pq_.x\0y\0\0"));
    }

    @ParameterizedTest
    @MethodSource("packets")
    void waitsForTheWholePacketAndConsumesNothingBefore(byte[] packet) {
        for (int length = 0; length < packet.length; length++) {
            ByteBuf in = buffer(Arrays.copyOf(packet, length));
            assertThat(FirstPacketReader.read(in)).as("%d bytes", length).isNull();
            assertThat(in.readerIndex()).isZero();
        }
        assertThat(FirstPacketReader.read(buffer(packet))).isNotNull();
    }

    @Test
    void readsFromTheMiddleOfABuffer() {
        ByteBuf in = buffer(latin1("xyz"), packet(V3_0, "user\0a\0\0")).skipBytes(3);

        assertThat(FirstPacketReader.read(in)).isInstanceOf(StartupMessage.class);
        assertThat(in.isReadable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 10_005, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void refusesAnAbsurdLengthAsSoonAsItIsThere(int length) {
        assertRefused(
                () -> FirstPacketReader.read(Unpooled.buffer().writeInt(length)),
                "08P01",
                Integer.toUnsignedString(length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET / HTTP/1.1", "SSH-2.0-x", "\u0016\u0003\u0001\u0002\0", "\0\0\0\0"})
    void refusesOtherProtocolsByTheirFirstFourBytes(String bytes) {
        assertRefused(
                () -> FirstPacketReader.read(buffer(latin1(bytes.substring(0, 4)))),
                "08P01",
                "not one of the Postgres protocol");
    }

    @Test
    void acceptsTheLongestPacketThatPostgresAccepts() {
        int fixed = 4 + "user\0a\0x\0\0\0".length();
        String body = "user\0a\0x\0" + "y".repeat(10_000 - fixed) + "\0\0";
        byte[] packet = packet(V3_0, body);

        assertThat(packet).hasSize(10_004);
        assertThat(FirstPacketReader.read(buffer(packet))).isInstanceOf(StartupMessage.class);
    }

    @ParameterizedTest
    @CsvSource({
        "131072, 2.0",
        "65536, 1.0",
        "0, 0.0",
        "262144, 4.0",
        "80877105, 1234.5681",
        "-1, 65535.65535"
    })
    void refusesOtherMajorVersionsByTheirEighthByte(int code, String version) {
        ByteBuf in = Unpooled.buffer().writeInt(100).writeInt(code);

        var response = assertRefused(() -> FirstPacketReader.read(in), "0A000", version);

        assertThat(response.message()).contains("3.0 to 3.2");
    }

    @ParameterizedTest
    @CsvSource({"80877103, 9", "80877104, 9", "80877102, 12", "80877102, 15", "80877102, 269"})
    void refusesRequestsOfImpossibleLengthByTheirEighthByte(int code, int length) {
        ByteBuf in = Unpooled.buffer().writeInt(length).writeInt(code);

        assertRefused(() -> FirstPacketReader.read(in), "08P01", "length of " + length);
    }

    static List<Arguments> malformedStartups() {
        return List.of(
                Arguments.of("", "08P01", "ends before"),
                Arguments.of("user\0a\0", "08P01", "ends before the name"),
                Arguments.of("user\0a", "08P01", "ends before the value of \"user\""),
                Arguments.of("user", "08P01", "ends before the name"),
                Arguments.of("user\0a\0\0x", "08P01", "1 bytes after its end"),
                Arguments.of("user\0a\0\0\0\0", "08P01", "2 bytes after its end"),
                Arguments.of("\0", "28000", "names no user"),
                Arguments.of("database\0a\0\0", "28000", "names no user"),
                Arguments.of("user\0\0\0", "28000", "is empty"),
                Arguments.of("user\0a\0user\0b\0\0", "08P01", "\"user\" twice"),
                Arguments.of("user\0a\0x\0\0x\0\0\0", "08P01", "\"x\" twice"));
    }

    @ParameterizedTest
    @MethodSource("malformedStartups")
    void refusesAMalformedStartupMessage(String body, String sqlState, String message) {
        assertRefused(() -> FirstPacketReader.read(buffer(packet(V3_0, body))), sqlState, message);
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] inValue = concat(latin1("user\0"), new byte[] {(byte) 0xFF}, latin1("\0\0"));
        byte[] inName = concat(latin1("user\0a\0"), new byte[] {(byte) 0xC3}, latin1("\0b\0\0"));

        assertAll(
                () -> assertRefused(() -> readStartup(inValue), "08P01", "\"user\""),
                () -> assertRefused(() -> readStartup(inName), "08P01", "name of a parameter"));
    }

    private static void readStartup(byte[] body) {
        byte[] head = Unpooled.buffer().writeInt(8 + body.length).writeInt(V3_0).array();
        FirstPacketReader.read(buffer(Arrays.copyOf(head, 8), body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "on", "1", "database", "yes", "", "o", "offf"})
    void refusesReplication(String value) {
        byte[] packet = packet(V3_0, "user\0a\0replication\0" + value + "\0\0");

        assertRefused(() -> FirstPacketReader.read(buffer(packet)), "0A000", "replication");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "OFF", "of", "0", "no", "N", "f"})
    void acceptsReplicationThatIsOff(String value) {
        byte[] packet = packet(V3_0, "user\0a\0replication\0" + value + "\0\0");

        assertThat(FirstPacketReader.read(buffer(packet))).isInstanceOf(StartupMessage.class);
    }

    @Test
    void shortensNamesThatItRepeats() {
        String name = "n".repeat(3000);
        byte[] packet = packet(V3_0, "user\0a\0" + name + "\0\0" + name + "\0\0\0");

        var response = assertRefused(() -> FirstPacketReader.read(buffer(packet)), "08P01", "nnn");

        assertThat(response.message()).hasSizeLessThan(150);
    }

    private static StartupMessage startup(@Nullable FirstPacket packet) {
        return (StartupMessage) requireNonNull(packet);
    }
}
