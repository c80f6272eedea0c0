package dev.culvert.wire.batch;

import dev.culvert.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * A caller of BatchReader as simple as can be: forwards, skips, and writes down what the batches
 * were.
 */
final class Outcomes {
    /** What ends a batch whose answer will tell whether a COPY began. */
    static final byte[] FLUSH = Bytes.message('H', "");

    private final BatchReader reader;
    private final ByteBuf pending = Unpooled.buffer();
    private final ByteBuf batch = Unpooled.buffer();

    /** One line for each batch: what ended it, and its bytes. */
    final List<String> batches = new ArrayList<>();

    boolean terminated;

    Outcomes(BatchReader reader) {
        this.reader = reader;
    }

    /** Feeds one piece. */
    void feed(byte[] piece) {
        pending.writeBytes(piece);
        while (!terminated) {
            int before = pending.readerIndex();
            Progress progress = reader.scan(pending, false);
            if (pending.readerIndex() != before) {
                throw new AssertionError("scan moved the reader index");
            }
            batch.writeBytes(pending.readSlice(reader.forwardable()));
            pending.skipBytes(reader.discardable());
            switch (progress) {
                case END_OF_BATCH -> {
                    batches.add(reader.batchEnd() + " " + text(batch));
                    batch.clear();
                }
                case UNDECIDED -> {
                    reader.endWithFlush();
                    batch.writeBytes(FLUSH);
                    batches.add(BatchEnd.FLUSH + " " + text(batch));
                    batch.clear();
                }
                case TERMINATE -> terminated = true;
                case DISCARD -> {
                    if (reader.discardable() == 0) {
                        throw new AssertionError("scanning again would never end");
                    }
                }
                case PARTIAL, NEEDS_HEADER -> {
                    return;
                }
            }
        }
    }

    /** What was forwarded of the batch that has not ended. */
    String unfinished() {
        return text(batch);
    }

    /** What is kept until more comes. */
    int kept() {
        return pending.readableBytes();
    }

    private static String text(ByteBuf buffer) {
        return java.util.HexFormat.of().formatHex(Bytes.read(buffer));
    }

    /** How a batch of these bytes is written down. */
    static String batch(BatchEnd end, byte[]... messages) {
        return end + " " + java.util.HexFormat.of().formatHex(Bytes.concat(messages));
    }
}
