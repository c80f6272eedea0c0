package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** The client's messages, in whatever pieces. */
class FrontendScannerTest {
    private final StringBuilder types = new StringBuilder();
    private final FrontendScanner scanner = new FrontendScanner(type -> types.append((char) type));

    private static ByteBuf messages() {
        return Unpooled.buffer()
                .writeByte('P')
                .writeInt(7)
                .writeBytes(new byte[] {'Q', 0, 0})
                .writeByte('S')
                .writeInt(4)
                .writeByte('d')
                .writeInt(304)
                .writeZero(300);
    }

    @Test
    void types_are_told_wherever_the_pieces_are_cut() {
        ByteBuf whole = messages();
        for (int size = 1; size <= whole.readableBytes(); size++) {
            types.setLength(0);
            for (int at = 0; at < whole.readableBytes(); at += size) {
                scanner.scan(whole.slice(at, Math.min(size, whole.readableBytes() - at)));
            }
            assertThat(types).hasToString("PSd");
        }
    }

    @Test
    void a_message_that_nobody_wants_is_ended_wherever_it_was_cut() {
        ByteBuf whole = messages();
        for (int cut = 0; cut <= whole.readableBytes(); cut++) {
            scanner.scan(whole.slice(0, cut));
            ByteBuf rest = Unpooled.buffer();
            int lacking = scanner.finish(rest);
            assertThat(lacking).isBetween(0, 300);
            // another reader of the same finds the next message where this one does
            ByteBuf next = Unpooled.buffer().writeByte('X').writeInt(4);
            StringBuilder heard = new StringBuilder();
            FrontendScanner other = new FrontendScanner(type -> heard.append((char) type));
            other.scan(whole.slice(0, cut));
            other.scan(rest.writeZero(lacking));
            other.scan(next);
            types.setLength(0);
            scanner.scan(next);
            assertThat(types).hasToString("X");
            assertThat(heard).endsWith("X");
        }
    }
}
