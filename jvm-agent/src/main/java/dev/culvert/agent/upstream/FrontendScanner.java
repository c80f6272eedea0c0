package dev.culvert.agent.upstream;

import io.netty.buffer.ByteBuf;

/**
 * Follows the client's messages on their way to the server, in whatever pieces. Their types and
 * lengths were checked by who cut them into batches. Not thread-safe.
 */
final class FrontendScanner {
    private static final int LENGTH_BYTES = 4;

    /** Who hears of each message, as its type byte goes by. */
    @FunctionalInterface
    interface Listener {
        void onMessage(byte type);
    }

    private final Listener listener;

    /** Bytes of the length word that are to come; 0 outside of a header. */
    private int lengthLeft;

    private int length;
    private int bodyLeft;

    FrontendScanner(Listener listener) {
        this.listener = listener;
    }

    /**
     * Looks at the next bytes.
     *
     * @param in not moved, stays the caller's
     */
    void scan(ByteBuf in) {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end) {
            if (bodyLeft > 0) {
                int count = Math.min(bodyLeft, end - at);
                bodyLeft -= count;
                at += count;
            } else if (lengthLeft > 0) {
                onLengthByte(in.getByte(at++));
            } else {
                listener.onMessage(in.getByte(at++));
                lengthLeft = LENGTH_BYTES;
                length = 0;
            }
        }
    }

    /**
     * Ends the message that has begun, if one has: nobody is going to read it.
     *
     * @param out gets what its header lacks
     * @return bytes that its body lacks; any will do
     */
    int finish(ByteBuf out) {
        while (lengthLeft > 0) {
            byte next = (byte) (lengthLeft == 1 ? LENGTH_BYTES : 0);
            out.writeByte(next);
            onLengthByte(next);
        }
        int lacks = bodyLeft;
        bodyLeft = 0;
        return lacks;
    }

    private void onLengthByte(byte next) {
        length = length << 8 | (next & 0xFF);
        lengthLeft--;
        if (lengthLeft == 0) {
            bodyLeft = length - LENGTH_BYTES;
        }
    }
}
