package dev.culvert.wire.error;

import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.read;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorResponseTest {

    @Test
    void writesEveryFieldInTheOrderPostgresDoes() {
        ByteBuf out = Unpooled.buffer();

        ErrorResponse.fatal(SqlState.CANNOT_CONNECT_NOW, "no agent")
                .withDetail("since 9:00")
                .withHint("start it")
                .writeTo(out);

        String fields = "SFATAL\0VFATAL\0C57P03\0Mno agent\0Dsince 9:00\0Hstart it\0\0";
        assertThat(read(out)).isEqualTo(Bytes.message('E', fields));
    }

    @Test
    void leavesOutWhatIsNotThere() {
        ByteBuf out = Unpooled.buffer();

        ErrorResponse.error(SqlState.QUERY_CANCELED, "gone").writeTo(out);

        assertThat(read(out)).isEqualTo(Bytes.message('E', "SERROR\0VERROR\0C57014\0Mgone\0\0"));
    }

    @Test
    void differsAsANoticeOnlyInItsType() {
        ByteBuf out = Unpooled.buffer();

        ErrorResponse.warning(SqlState.WARNING, "soon").writeAsNotice(out);

        assertThat(read(out))
                .isEqualTo(Bytes.message('N', "SWARNING\0VWARNING\0C01000\0Msoon\0\0"));
    }

    @Test
    void letsNoNulIntoTheText() {
        ByteBuf out = Unpooled.buffer();

        ErrorResponse.fatal(SqlState.INTERNAL_ERROR, "a\0b")
                .withDetail("c\0")
                .withHint("\0d")
                .writeTo(out);

        ErrorResponse parsed = ErrorResponse.parse(out.skipBytes(5));
        assertThat(parsed.message()).isEqualTo("a\uFFFDb");
        assertThat(parsed.detail()).isEqualTo("c\uFFFD");
        assertThat(parsed.hint()).isEqualTo("\uFFFDd");
        assertThat(out.isReadable()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(SqlState.class)
    void readsBackWhatItWrote(SqlState state) {
        ErrorResponse written =
                ErrorResponse.fatal(state, "Tür geschlossen").withHint("öffnen").withDetail("€");
        ByteBuf out = Unpooled.buffer();

        written.writeTo(out);

        assertThat(ErrorResponse.parse(out.skipBytes(5))).isEqualTo(written);
        assertThat(written.is(state)).isTrue();
    }

    @Test
    void trustsTheSeverityThatIsNotLocalized() {
        ByteBuf body = Unpooled.wrappedBuffer(latin1("SFEHLER\0VERROR\0C22023\0Mx\0\0rest"));

        ErrorResponse parsed = ErrorResponse.parse(body);

        assertThat(parsed.severity()).isEqualTo(Severity.ERROR);
        assertThat(body.readableBytes()).isEqualTo(4);
    }

    @Test
    void skipsFieldsItDoesNotKnow() {
        ByteBuf body = Unpooled.wrappedBuffer(latin1("\u00ffa\0zb\0P12\0C42501\0Mx\0\0"));

        assertThat(ErrorResponse.parse(body))
                .isEqualTo(ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "x"));
    }

    @Test
    void readsAnEmptyErrorAsAnInternalOne() {
        assertThat(ErrorResponse.parse(Unpooled.wrappedBuffer(new byte[1])))
                .isEqualTo(ErrorResponse.error(SqlState.INTERNAL_ERROR, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "SERROR", "SERROR\0", "SERROR\0Mno end"})
    void refusesAFieldListWithoutEnd(String body) {
        assertRefused(
                () -> ErrorResponse.parse(Unpooled.wrappedBuffer(latin1(body))),
                "08P01",
                "without an end");
    }

    @Test
    void refusesACodeThatIsNone() {
        assertThatThrownBy(() -> new ErrorResponse(Severity.ERROR, "08p01", "", null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ErrorResponse(Severity.ERROR, "08P0", "", null, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void looksUpCodesFieldsAndSeverities() {
        assertThat(SqlState.of("57P05")).contains(SqlState.IDLE_SESSION_TIMEOUT);
        assertThat(SqlState.of("99999")).isEmpty();
        assertThat(ErrorField.of((byte) 'H')).contains(ErrorField.HINT);
        assertThat(ErrorField.of((byte) 'Z')).isEmpty();
        assertThat(ErrorField.of((byte) 0xC8)).isEmpty();
        assertThat(Severity.of("PANIC")).contains(Severity.PANIC);
        assertThat(Severity.of("panic")).isEmpty();
    }
}
