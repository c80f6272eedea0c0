package dev.culvert.server;

import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where messages end in the data of a COPY, which the backend gets in pieces as they come: so that
 * one can be ended for a client that does not end it. The front never cuts a message's header.
 */
final class CopyFraming {
    private static final int HEADER = 5;
    private static final int MAX_PADDING = 64 * 1_024;

    /** CopyData, CopyDone, CopyFail; Flush and Sync are ignored. */
    private static final String OF_COPY = "dcfHS";

    private int owed;
    private boolean failed;

    /**
     * The backend gets this piece. Postgres would end itself with a message that does not belong to
     * a COPY, and PGlite has no other backend.
     *
     * @return what is wrong with the piece, which is not to be given then; null for nothing
     */
    @Nullable WireException pass(ByteBuf piece) {
        int at = piece.readerIndex();
        int end = piece.writerIndex();
        while (true) {
            int count = Math.min(owed, end - at);
            owed -= count;
            at += count;
            if (at == end) {
                return null;
            }
            byte type = piece.getByte(at);
            if (OF_COPY.indexOf(type) < 0) {
                return WireException.protocolViolation(
                        "unexpected message type 0x%02X during COPY from stdin".formatted(type),
                        "End the COPY with CopyDone or CopyFail before anything else.");
            }
            owed = HEADER + piece.getInt(at + 1) - Integer.BYTES;
        }
    }

    /**
     * What ends the COPY with an error, in the place of the next piece: after the rest of the last
     * message, with which the backend can do as it likes. Null when that was given.
     */
    byte @Nullable [] fail() {
        if (owed > 0) {
            byte[] zeros = new byte[Math.min(owed, MAX_PADDING)];
            owed -= zeros.length;
            return zeros;
        }
        if (failed) {
            return null;
        }
        failed = true;
        return FrontendMessages.copyFail(Cancel.TEXT);
    }
}
