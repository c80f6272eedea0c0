package dev.culvert.server;

import dev.culvert.wire.error.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A client's messages, as the backend itself sends some. Each array holds whole messages. */
final class FrontendMessages {
    private static final byte QUERY = 'Q';
    private static final byte SYNC = 'S';
    private static final byte FLUSH = 'H';
    private static final byte COPY_FAIL = 'f';
    private static final int HEADER = 5;

    private FrontendMessages() {}

    /** One Query. */
    static byte[] query(String sql) {
        ByteBuf out = Unpooled.buffer();
        message(out, QUERY, sql);
        return array(out);
    }

    /** The end of a COPY that fails. */
    static byte[] copyFail(String reason) {
        ByteBuf out = Unpooled.buffer();
        message(out, COPY_FAIL, reason);
        return array(out);
    }

    /**
     * What fails as a cancelled statement does, with an answer of the same shape as the batch's:
     * the backend then knows of the error, fails the transaction, skips to the Sync and says the
     * right ReadyForQuery, all by itself.
     */
    static byte[] raiseInPlaceOf(byte[] batch) {
        String sql =
                "DO $culvert$BEGIN RAISE EXCEPTION USING ERRCODE = '"
                        + SqlState.QUERY_CANCELED.code()
                        + "', MESSAGE = '"
                        + Cancel.TEXT
                        + "'; END$culvert$";
        byte last = typeOfLast(batch);
        if (last != SYNC && last != FLUSH) {
            return query(sql);
        }
        ByteBuf out = Unpooled.buffer();
        // Parse: statement, SQL, no parameter types
        begin(out, 'P');
        string(out, "");
        string(out, sql);
        out.writeShort(0);
        end(out);
        // Bind: portal, statement, no formats, parameters or result formats
        begin(out, 'B');
        out.writeZero(2 + 3 * Short.BYTES);
        end(out);
        // Execute: portal, no row limit
        begin(out, 'E');
        out.writeZero(1 + Integer.BYTES);
        end(out);
        begin(out, (char) last);
        end(out);
        return array(out);
    }

    /** One Sync. */
    static byte[] sync() {
        return new byte[] {SYNC, 0, 0, 0, Integer.BYTES};
    }

    private static byte typeOfLast(byte[] batch) {
        ByteBuf in = Unpooled.wrappedBuffer(batch);
        byte type = 0;
        while (in.readableBytes() >= HEADER) {
            type = in.readByte();
            in.skipBytes(in.getInt(in.readerIndex()));
        }
        return type;
    }

    private static void message(ByteBuf out, byte type, String text) {
        begin(out, (char) type);
        string(out, text);
        end(out);
    }

    private static void begin(ByteBuf out, char type) {
        out.markReaderIndex();
        out.readerIndex(out.writerIndex());
        out.writeByte(type).writeInt(0);
    }

    /** Fills in the length; the message began at the reader index. */
    private static void end(ByteBuf out) {
        out.setInt(out.readerIndex() + 1, out.readableBytes() - 1);
        out.resetReaderIndex();
    }

    private static void string(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.UTF_8);
        out.writeByte(0);
    }

    private static byte[] array(ByteBuf out) {
        out.readerIndex(0);
        return ByteBufUtil.getBytes(out);
    }
}
