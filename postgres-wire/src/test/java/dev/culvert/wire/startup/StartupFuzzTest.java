package dev.culvert.wire.startup;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Any bytes may come first. A normal test run replays the inputs kept under the resources. */
class StartupFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void readsOrRefusesAnyFirstBytes(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            FirstPacket packet = FirstPacketReader.read(in);
            if (packet == null) {
                assertThat(in.readerIndex()).isZero();
                assertThat(bytes.length).isLessThan(10_004);
            } else {
                assertThat(in.readerIndex()).isEqualTo(in.getInt(0));
            }
            if (packet instanceof StartupMessage startup) {
                passesOnUnchanged(startup);
            }
        } catch (WireException e) {
            assertThat(e.response().hint()).isNotBlank();
        }
    }

    private static void passesOnUnchanged(StartupMessage startup) {
        ByteBuf out = Unpooled.buffer();
        startup.writeTo(out);
        var passedOn = (StartupMessage) requireNonNull(FirstPacketReader.read(out));
        assertThat(passedOn.user()).isEqualTo(startup.user());
        assertThat(passedOn.protocolOptions()).isEmpty();
        ProtocolNegotiation.of(startup).writeTo(out);
    }

    @FuzzTest(maxDuration = "30s")
    void readsOrRefusesAnyOptions(byte[] bytes) {
        String options = new String(bytes, StandardCharsets.UTF_8);
        try {
            List<Setting> settings = StartupOptions.parse(options);
            assertThat(StartupOptions.parse(StartupOptions.format(settings))).isEqualTo(settings);
        } catch (WireException e) {
            assertThat(e.response().sqlState()).isEqualTo("08P01");
        }
    }
}
