package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What one simulated session and the agent are to say to each other: both sides know it. */
final class Conversation {
    static final int MAX_SIZE = 1 << 20;
    private static final ByteBuf PATTERN = pattern();

    /** Bytes from a place of the pattern. */
    record Text(int offset, int size) {
        ByteBuf slice(int from, int length) {
            return PATTERN.slice(offset + from, length);
        }
    }

    /** Reads texts that arrive in pieces, and fails at the first byte or END that is wrong. */
    static final class Reader {
        private final List<Text> texts;
        private final int piece;
        private int whole;
        private int position;

        Reader(List<Text> texts, int maxPiece) {
            this.texts = texts;
            this.piece = maxPiece;
        }

        /** Takes the piece over. */
        void read(ByteBuf bytes, boolean end) {
            int size = bytes.readableBytes();
            assertThat(whole).as("texts").isLessThan(texts.size());
            Text text = texts.get(whole);
            assertThat(size).isLessThanOrEqualTo(piece);
            assertThat(position + size).as("position").isLessThanOrEqualTo(text.size());
            assertThat(ByteBufUtil.equals(bytes, text.slice(position, size))).as("bytes").isTrue();
            bytes.release();
            position += size;
            if (end) {
                assertThat(position).as("END").isEqualTo(text.size());
                whole++;
                position = 0;
            }
        }

        /** Texts that arrived with their END. */
        int whole() {
            return whole;
        }

        /** Bytes of the text that is arriving. */
        int position() {
            return position;
        }
    }

    final List<Text> batches = new ArrayList<>();
    final List<Text> answers = new ArrayList<>();

    /** What the session gave to its stream: whole batches, and bytes of the next. */
    int givenBatches;

    int givenBytes;

    Conversation(Random random, int maxSize) {
        for (int i = random.nextInt(5); i >= 0; i--) {
            batches.add(text(random, maxSize));
            answers.add(text(random, maxSize));
        }
    }

    private static Text text(Random random, int maxSize) {
        int limit = random.nextInt(6) == 0 ? maxSize : Math.min(maxSize, 200);
        return new Text(random.nextInt(MAX_SIZE), random.nextInt(limit + 1));
    }

    private static ByteBuf pattern() {
        byte[] bytes = new byte[2 * MAX_SIZE];
        new Random(1).nextBytes(bytes);
        return Unpooled.wrappedBuffer(bytes);
    }
}
