package dev.culvert.wire.text;

import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class CStringsTest {

    @Test
    void readsOneStringAndItsNul() {
        ByteBuf in = Unpooled.wrappedBuffer(latin1("one\0two\0"));

        assertThat(CStrings.readLenient(in)).isEqualTo("one");
        assertThat(CStrings.length(in)).isEqualTo(3);
        assertThat(CStrings.readStrict(in, 3)).isEqualTo("two");
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void movesNothingWithoutANul() {
        ByteBuf in = Unpooled.wrappedBuffer(latin1("one"));

        assertThat(CStrings.length(in)).isEqualTo(-1);
        assertThat(CStrings.readLenient(in)).isNull();
        assertThat(in.readerIndex()).isZero();
    }

    @Test
    void tellsWhatIsNotUtf8() {
        assertThat(CStrings.decode(latin1("\u00c3\u00a9"))).isEqualTo("é");
        assertThat(CStrings.decode(latin1("\u00c3"))).isNull();
        assertThat(CStrings.readLenient(Unpooled.wrappedBuffer(latin1("\u00ff\0"))))
                .isEqualTo("\uFFFD");
    }

    @Test
    void writesNoNulButItsOwn() {
        ByteBuf out = Unpooled.buffer();
        CStrings.write(out, "é");

        assertThat(read(out)).isEqualTo(latin1("\u00c3\u00a9\0"));
        assertThatThrownBy(() -> CStrings.write(out, "a\0"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
