package dev.culvert.server;

import dev.culvert.pglite.PGlite;
import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs SQL of the backend's own, between the batches of clients. */
record OwnSql(PGlite database) {
    private static final Logger LOG = LoggerFactory.getLogger(OwnSql.class);
    private static final int HEADER = 5;

    /** Runs a statement; what goes wrong is logged, and what it was to do is left undone. */
    void run(String sql) {
        ByteBuf answer = Unpooled.wrappedBuffer(database.exec(FrontendMessages.query(sql)));
        while (answer.readableBytes() >= HEADER) {
            byte type = answer.readByte();
            ByteBuf body = answer.readSlice(answer.getInt(answer.readerIndex()));
            if (type == 'E') {
                ErrorResponse error = ErrorResponse.parse(body.skipBytes(Integer.BYTES));
                LOG.atWarn().addKeyValue("sql", sql).addKeyValue("error", error).log("failed");
            }
        }
    }

    /**
     * The only value of a query's only row.
     *
     * @throws IllegalStateException when there is none
     */
    String value(String sql) {
        ByteBuf answer = Unpooled.wrappedBuffer(database.exec(FrontendMessages.query(sql)));
        while (answer.readableBytes() >= HEADER) {
            byte type = answer.readByte();
            ByteBuf body = answer.readSlice(answer.getInt(answer.readerIndex()));
            if (type == 'D') {
                // length, number of columns, length of the first, its bytes
                body.skipBytes(Integer.BYTES + Short.BYTES);
                return body.readCharSequence(body.readInt(), StandardCharsets.UTF_8).toString();
            }
            if (type == 'E') {
                throw new IllegalStateException(
                        ErrorResponse.parse(body.skipBytes(Integer.BYTES)).message());
            }
        }
        throw new IllegalStateException("no row came");
    }

    /** A string literal, whatever standard_conforming_strings says. */
    static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /** A quoted identifier. */
    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
