package dev.culvert.wasm;

/** Reads the binary format's integers from a slice of an array. Not thread-safe. */
final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private int position;

    ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads {@code bytes} from {@code start} up to, not including, {@code end}. */
    ByteReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    boolean hasMore() {
        return position < end;
    }

    int position() {
        return position;
    }

    int u8() {
        if (position >= end) {
            throw new WasmFormatException("the module ends in the middle of something", position);
        }
        return bytes[position++] & 0xff;
    }

    int peek() {
        int value = u8();
        position--;
        return value;
    }

    /** An unsigned number of at most 32 bits; one above 2^31 - 1 is none that a module can hold. */
    int u32() {
        int start = position;
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                if (value > Integer.MAX_VALUE) {
                    throw new WasmFormatException("number too large: " + value, start);
                }
                return (int) value;
            }
        }
        throw new WasmFormatException("number of more than five bytes", start);
    }

    /** A signed number of at most 64 bits, which holds one of 32 or 33 bits as well. */
    long s64() {
        int start = position;
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                int used = shift + 7;
                return used < 64 && (b & 0x40) != 0 ? value | (-1L << used) : value;
            }
        }
        throw new WasmFormatException("number of more than ten bytes", start);
    }

    void skip(int count) {
        if (count < 0 || count > end - position) {
            throw new WasmFormatException(
                    "a length of " + count + " leads out of the module", position);
        }
        position += count;
    }

    /** A copy of what stands between two positions. */
    byte[] copy(int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    /** A reader of the next {@code count} bytes, which this one skips. */
    ByteReader slice(int count) {
        int start = position;
        skip(count);
        return new ByteReader(bytes, start, position);
    }
}
