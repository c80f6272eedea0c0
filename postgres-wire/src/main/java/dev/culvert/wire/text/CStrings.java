package dev.culvert.wire.text;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes NUL-terminated strings. Source: Postgres documentation, "Message Data Types".
 */
public final class CStrings {
    private CStrings() {}

    /**
     * Writes {@code text} as UTF-8 and a NUL.
     *
     * @param out stays the caller's
     * @throws IllegalArgumentException when {@code text} contains a NUL
     */
    public static void write(ByteBuf out, String text) {
        requireNoNul(text);
        out.writeCharSequence(text, StandardCharsets.UTF_8);
        out.writeByte(0);
    }

    /** Returns {@code text} when it has no NUL, otherwise throws IllegalArgumentException. */
    public static String requireNoNul(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text must not contain NUL");
        }
        return text;
    }

    /**
     * Bytes before the next NUL, or -1 when none is readable.
     *
     * @param in not moved
     */
    public static int length(ByteBuf in) {
        return in.bytesBefore((byte) 0);
    }

    /**
     * Reads a string and its NUL, with U+FFFD for what is not UTF-8.
     *
     * @param in moved behind the NUL, or not at all; stays the caller's
     * @return null when there is no NUL
     */
    public static @Nullable String readLenient(ByteBuf in) {
        int length = length(in);
        if (length < 0) {
            return null;
        }
        String text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length + 1);
        return text;
    }

    /**
     * Reads {@code length} bytes that must be UTF-8, and the NUL behind them.
     *
     * @param in moved behind the NUL; stays the caller's
     * @param length from {@link #length}
     * @return null when the bytes are not UTF-8
     */
    public static @Nullable String readStrict(ByteBuf in, int length) {
        var bytes = new byte[length];
        in.readBytes(bytes).skipBytes(1);
        return decode(bytes);
    }

    /** The text of {@code bytes}, or null when they are not UTF-8. */
    public static @Nullable String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
