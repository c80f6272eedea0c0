package dev.culvert.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Builds wire bytes the plain way, for tests to put in and to compare with. */
public final class Bytes {
    private Bytes() {}

    /** One byte per character. */
    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static ByteBuf buffer(byte[]... parts) {
        ByteBuf buffer = Unpooled.buffer();
        for (byte[] part : parts) {
            buffer.writeBytes(part);
        }
        return buffer;
    }

    /** A message with a type byte and a correct length. */
    public static byte[] message(char type, String body) {
        return message(type, latin1(body));
    }

    public static byte[] message(char type, byte[] body) {
        return header(type, 4 + body.length, body);
    }

    /** A message whose length word says {@code length}, whatever follows. */
    public static byte[] header(char type, int length, byte... body) {
        return read(Unpooled.buffer().writeByte(type).writeInt(length).writeBytes(body));
    }

    /** A packet without type byte: correct length, code, body. */
    public static byte[] packet(int code, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return read(Unpooled.buffer().writeInt(8 + bytes.length).writeInt(code).writeBytes(bytes));
    }

    public static byte[] concat(byte[]... parts) {
        return read(buffer(parts));
    }

    /** What is readable; the buffer is not moved. */
    public static byte[] read(ByteBuf buffer) {
        var bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }
}
