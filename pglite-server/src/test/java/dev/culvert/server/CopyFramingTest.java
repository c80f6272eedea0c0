package dev.culvert.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** COPY data that comes in pieces, cut anywhere. */
class CopyFramingTest {
    private static final Random RANDOM = new Random(7);

    private final CopyFraming framing = new CopyFraming();

    private static ByteBuf messages() {
        ByteBuf all = Unpooled.buffer();
        for (int i = 0; i < 40; i++) {
            byte[] body = new byte[RANDOM.nextInt(30)];
            RANDOM.nextBytes(body);
            all.writeByte('d').writeInt(Integer.BYTES + body.length).writeBytes(body);
        }
        return all.writeByte('S').writeInt(4);
    }

    /** Reads messages as Postgres does; fails where they are none. */
    private static String types(ByteBuf in) {
        StringBuilder types = new StringBuilder();
        while (in.isReadable()) {
            types.append((char) in.readByte());
            in.skipBytes(in.readInt() - Integer.BYTES);
        }
        return types.toString();
    }

    private void finish(ByteBuf given) {
        for (byte[] next = framing.fail(); next != null; next = framing.fail()) {
            given.writeBytes(next);
        }
    }

    @Test
    void any_cut_will_do_and_what_is_cut_off_can_be_ended() {
        ByteBuf all = messages();
        for (int cut = 0; cut <= all.readableBytes(); cut++) {
            CopyFraming cutFraming = new CopyFraming();
            ByteBuf given = Unpooled.buffer();
            for (int at = 0; at < cut; ) {
                int count = Math.min(cut - at, 1 + RANDOM.nextInt(20));
                ByteBuf piece = all.slice(at, count);
                assertThat(cutFraming.pass(piece)).isNull();
                given.writeBytes(all, at, count);
                at += count;
            }
            for (byte[] next = cutFraming.fail(); next != null; next = cutFraming.fail()) {
                given.writeBytes(next);
            }
            assertThat(types(given)).as("cut at " + cut).matches("d*S?f");
        }
    }

    @Test
    void a_piece_that_is_refused_changes_nothing() {
        ByteBuf given = Unpooled.buffer();
        ByteBuf begun = Unpooled.copiedBuffer("d\0\0\0\14abc", US_ASCII);
        assertThat(framing.pass(begun)).isNull();
        given.writeBytes(begun);
        ByteBuf wrong = Unpooled.copiedBuffer("defghQ\0\0\0\4", US_ASCII);
        assertThat(framing.pass(wrong)).isNotNull();
        finish(given);
        assertThat(ByteBufUtil.getBytes(given, 0, 13))
                .isEqualTo("d\0\0\0\14abc\0\0\0\0\0".getBytes(US_ASCII));
        assertThat(types(given)).isEqualTo("df");
    }

    @Test
    void a_length_that_cannot_be_is_refused() {
        assertThat(framing.pass(Unpooled.copiedBuffer("d\0\0", US_ASCII))).isNull();
        assertThat(framing.pass(Unpooled.copiedBuffer("\0\3", US_ASCII))).isNotNull();
    }
}
