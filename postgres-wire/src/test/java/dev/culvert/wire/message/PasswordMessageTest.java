package dev.culvert.wire.message;

import static dev.culvert.wire.Bytes.buffer;
import static dev.culvert.wire.Bytes.header;
import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.message;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordMessageTest {

    @Test
    void readsOneBodyAndLeavesWhatFollows() {
        ByteBuf in = buffer(message('p', "secret"), message('Q', "select\0"));

        assertThat(PasswordMessage.read(in)).isEqualTo(latin1("secret"));
        assertThat(in.readByte()).isEqualTo((byte) 'Q');
    }

    @Test
    void waitsForTheWholeMessageAndConsumesNothingBefore() {
        byte[] message = message('p', "secret");
        for (int length = 0; length < message.length; length++) {
            ByteBuf in = buffer(Arrays.copyOf(message, length));
            assertThat(PasswordMessage.read(in)).as("%d bytes", length).isNull();
            assertThat(in.readerIndex()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"Q, 0x51", "X, 0x58", "P, 0x50", "\u00ff, 0xFF"})
    void refusesAnotherTypeByItsFirstByte(String type, String named) {
        assertRefused(() -> PasswordMessage.read(buffer(latin1(type))), "08P01", named);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 10_001, Integer.MAX_VALUE, -1})
    void refusesAnImpossibleLengthByTheHeader(int length) {
        assertRefused(
                () -> PasswordMessage.read(buffer(header('p', length))),
                "08P01",
                Integer.toUnsignedString(length));
    }

    @Test
    void readsSaslInitialResponse() {
        byte[] body = latin1("SCRAM-SHA-256\0\0\0\0\u0003n,,");

        SaslInitialResponse response = SaslInitialResponse.parse(body);

        assertThat(response.mechanism()).isEqualTo("SCRAM-SHA-256");
        assertThat(response.data()).isEqualTo(latin1("n,,"));
        assertThat(response.toString()).doesNotContain("n,,");
    }

    @Test
    void readsSaslResponseAsDataOnly() {
        assertThat(SaslResponse.parse(latin1("c=biws")).data()).isEqualTo(latin1("c=biws"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain password",
                "plain password\0",
                "M\0\0\0\0",
                "M\0\0\0\0\u0001",
                "M\0\0\0\0\u0001ab",
                "M\0\u00ff\u00ff\u00ff\u00ff",
                "M\0\u007f\u00ff\u00ff\u00ffabc"
            })
    void refusesAnotherLayout(String body) {
        assertRefused(
                () -> SaslInitialResponse.parse(latin1(body)), "08P01", "SASLInitialResponse");
    }
}
