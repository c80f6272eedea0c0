package dev.culvert.server;

import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where messages end in the data of a COPY, which the backend gets in pieces as they come, cut
 * anywhere (a tunnel cuts where credit ends): so that one can be ended for a client that does not
 * end it.
 */
final class CopyFraming {
    private static final int LENGTH_BYTES = 4;
    private static final int MAX_PADDING = 64 * 1_024;

    /** CopyData, CopyDone, CopyFail; Flush and Sync are ignored. */
    private static final String OF_COPY = "dcfHS";

    /** Bytes of a message's length word that are to come; 0 outside of a header. */
    private int headerOwed;

    /** The length word, as far as it has come. */
    private int length;

    /** Bytes of a message's body that are to come. */
    private int owed;

    private boolean failed;

    /**
     * The backend gets this piece. Postgres would end itself with a message that does not belong to
     * a COPY, and PGlite has no other backend.
     *
     * @return what is wrong with the piece, which is not to be given then; null for nothing
     */
    @Nullable WireException pass(ByteBuf piece) {
        int headerBefore = headerOwed;
        int lengthBefore = length;
        int owedBefore = owed;
        WireException violation = scan(piece);
        if (violation != null) {
            headerOwed = headerBefore;
            length = lengthBefore;
            owed = owedBefore;
        }
        return violation;
    }

    private @Nullable WireException scan(ByteBuf piece) {
        int at = piece.readerIndex();
        int end = piece.writerIndex();
        while (at < end) {
            if (headerOwed > 0) {
                onLengthByte(piece.getByte(at++));
                if (headerOwed == 0 && owed < 0) {
                    return violation("impossible message length %d".formatted(length));
                }
            } else if (owed > 0) {
                int count = Math.min(owed, end - at);
                owed -= count;
                at += count;
            } else {
                byte type = piece.getByte(at++);
                if (OF_COPY.indexOf(type) < 0) {
                    return violation("unexpected message type 0x%02X".formatted(type));
                }
                headerOwed = LENGTH_BYTES;
                length = 0;
            }
        }
        return null;
    }

    private static WireException violation(String what) {
        return WireException.protocolViolation(
                what + " during COPY from stdin",
                "End the COPY with CopyDone or CopyFail before anything else.");
    }

    private void onLengthByte(byte next) {
        length = length << Byte.SIZE | (next & 0xFF);
        headerOwed--;
        if (headerOwed == 0) {
            owed = length - LENGTH_BYTES;
        }
    }

    /**
     * What ends the COPY with an error, in the place of the next piece: after the rest of the last
     * message, with which the backend can do as it likes. Null when that was given.
     */
    byte @Nullable [] fail() {
        if (headerOwed > 0) {
            return restOfHeader();
        }
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

    /** Makes it as short a message as it can be. */
    private byte[] restOfHeader() {
        byte[] rest = new byte[headerOwed];
        rest[rest.length - 1] = LENGTH_BYTES;
        for (byte next : rest) {
            onLengthByte(next);
        }
        return rest;
    }
}
