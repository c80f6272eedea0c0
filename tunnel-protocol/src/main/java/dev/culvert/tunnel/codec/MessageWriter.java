package dev.culvert.tunnel.codec;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Writes frames as WebSocket messages, header and all (RFC 6455, section 5.2): each frame is one
 * binary message, unfragmented. A WebSocket library's encoder would do, but for a third of an
 * agent's time in COPY, which it took to mask a buffer of several parts word by word, and for four
 * objects a message. Stateless and thread-safe.
 */
public final class MessageWriter {
    private static final int FINAL_BINARY = 0x82;
    private static final int MASKED = 0x80;
    private static final int TWO_BYTES_FOLLOW = 126;
    private static final int EIGHT_BYTES_FOLLOW = 127;
    private static final int MAX_TWO_BYTES = 0xFFFF;

    /** Of a WebSocket message: two bytes, a long size and a mask. */
    private static final int MAX_HEADER_BYTES = 2 + Long.BYTES + Integer.BYTES;

    /** To copy so much is cheaper than to have a second buffer go through TLS. */
    private static final int MAX_COPIED_BYTES = 1_024;

    private MessageWriter() {}

    /**
     * Writes a frame.
     *
     * @param frame whose payload is taken over
     * @param sender an agent masks, as every WebSocket client does; then the payload is copied.
     *     Else a large one goes out as it is
     * @param out takes one or two buffers, in order, and owns them
     */
    public static void write(
            Frame frame, Role sender, ByteBufAllocator allocator, Consumer<ByteBuf> out) {
        boolean masks = sender == Role.AGENT;
        if (frame instanceof Frame.Data data) {
            writeData(data, masks, allocator, out);
            return;
        }
        ByteBuf content = FrameEncoder.encode(frame, allocator);
        int size = content.readableBytes();
        ByteBuf message = allocator.buffer(MAX_HEADER_BYTES + size);
        int mask = begin(message, size, masks);
        message.writeBytes(content);
        content.release();
        end(message, size, mask, out);
    }

    private static void writeData(
            Frame.Data data, boolean masks, ByteBufAllocator allocator, Consumer<ByteBuf> out) {
        ByteBuf payload = data.payload();
        int size = Frame.HEADER_BYTES + payload.readableBytes();
        if (!masks && size > MAX_COPIED_BYTES) {
            ByteBuf header = allocator.buffer(MAX_HEADER_BYTES + Frame.HEADER_BYTES);
            begin(header, size, false);
            FrameEncoder.putHeader(data, header);
            out.accept(header);
            out.accept(payload);
            return;
        }
        ByteBuf message = allocator.buffer(MAX_HEADER_BYTES + size);
        int mask = begin(message, size, masks);
        FrameEncoder.putHeader(data, message);
        message.writeBytes(payload);
        payload.release();
        end(message, size, mask, out);
    }

    /**
     * Writes the header of a message.
     *
     * @return what to mask with; 0 changes nothing
     */
    private static int begin(ByteBuf message, int size, boolean masks) {
        int flag = masks ? MASKED : 0;
        message.writeByte(FINAL_BINARY);
        if (size < TWO_BYTES_FOLLOW) {
            message.writeByte(flag | size);
        } else if (size <= MAX_TWO_BYTES) {
            message.writeByte(flag | TWO_BYTES_FOLLOW).writeShort(size);
        } else {
            message.writeByte(flag | EIGHT_BYTES_FOLLOW).writeLong(size);
        }
        if (!masks) {
            return 0;
        }
        // it keeps proxies from taking content for a request: TLS does that, too
        int mask = ThreadLocalRandom.current().nextInt();
        message.writeInt(mask);
        return mask;
    }

    private static void end(ByteBuf message, int size, int mask, Consumer<ByteBuf> out) {
        if (mask != 0) {
            mask(message, message.writerIndex() - size, size, mask);
        }
        out.accept(message);
    }

    /** In place (RFC 6455, section 5.3). */
    private static void mask(ByteBuf message, int start, int size, int mask) {
        ByteBuffer bytes = message.internalNioBuffer(start, size);
        int end = bytes.limit();
        long wide = (long) mask << Integer.SIZE | Integer.toUnsignedLong(mask);
        int at = bytes.position();
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ wide);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; at < end; at++, shift -= Byte.SIZE) {
            // an int's shift counts modulo 32
            bytes.put(at, (byte) (bytes.get(at) ^ mask >>> shift));
        }
    }
}
