package dev.culvert.wire.message;

import static dev.culvert.wire.Bytes.latin1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BackendMessagesTest {

    @Test
    void writesAuthentication() {
        assertThat(written(BackendMessages::authenticationOk))
                .isEqualTo(Bytes.message('R', "\0\0\0\0"));
        assertThat(written(BackendMessages::authenticationCleartextPassword))
                .isEqualTo(Bytes.message('R', "\0\0\0\3"));
        assertThat(written(out -> BackendMessages.authenticationMd5Password(out, latin1("salt"))))
                .isEqualTo(Bytes.message('R', "\0\0\0\5salt"));
        assertThat(
                        written(out ->
                                BackendMessages.authenticationSasl(
                                        out, List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))))
                .isEqualTo(Bytes.message('R', "\0\0\0\nSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"));
        assertThat(written(out -> BackendMessages.authenticationSaslContinue(out, latin1("r=1"))))
                .isEqualTo(Bytes.message('R', "\0\0\0\u000br=1"));
        assertThat(written(out -> BackendMessages.authenticationSaslFinal(out, latin1("v=1"))))
                .isEqualTo(Bytes.message('R', "\0\0\0\fv=1"));
    }

    @Test
    void writesWhatFollowsLogin() {
        assertThat(written(out -> BackendMessages.parameterStatus(out, "TimeZone", "UTC")))
                .isEqualTo(Bytes.message('S', "TimeZone\0UTC\0"));
        assertThat(written(out -> BackendMessages.backendKeyData(out, 258, latin1("abcd"))))
                .isEqualTo(Bytes.message('K', "\0\0\1\2abcd"));
        assertThat(written(out -> BackendMessages.readyForQuery(out, TransactionStatus.FAILED)))
                .isEqualTo(Bytes.message('Z', "E"));
    }

    @Test
    void writesAnswersOfItsOwn() {
        assertThat(written(BackendMessages::emptyQueryResponse)).isEqualTo(Bytes.message('I', ""));
        assertThat(written(out -> BackendMessages.commandComplete(out, "SELECT 1")))
                .isEqualTo(Bytes.message('C', "SELECT 1\0"));
    }

    @Test
    void refusesTextThatWouldEndEarly() {
        assertThatThrownBy(() -> BackendMessages.parameterStatus(Unpooled.buffer(), "a\0b", "c"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void looksUpTransactionStatus() {
        for (TransactionStatus status : TransactionStatus.values()) {
            assertThat(TransactionStatus.of(status.code())).contains(status);
        }
        assertThat(TransactionStatus.of((byte) 'x')).isEmpty();
    }

    private static byte[] written(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        return Bytes.read(out);
    }
}
