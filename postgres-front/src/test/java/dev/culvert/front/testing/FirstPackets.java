package dev.culvert.front.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** First packets, byte by byte as the protocol's documentation lays them out; also broken ones. */
public final class FirstPackets {
    /** 3.0, 3.2 and the version that PostgreSQL 19's libpq asks for to see how servers take it. */
    public static final int V3_0 = 3 << 16;

    public static final int V3_2 = V3_0 + 2;
    public static final int V3_9999 = V3_0 + 9999;

    private FirstPackets() {}

    /** SSLRequest. */
    public static byte[] sslRequest() {
        return ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();
    }

    /** CancelRequest. */
    public static byte[] cancelRequest(int processId, byte[] key) {
        return ByteBuffer.allocate(12 + key.length)
                .putInt(12 + key.length)
                .putInt(80877102)
                .putInt(processId)
                .put(key)
                .array();
    }

    /** StartupMessage with names and values in turn. */
    public static byte[] startup(int version, String... parameters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : parameters) {
            body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        body.write(0);
        return packet(version, body.toByteArray());
    }

    /** A packet with a version and whatever body. */
    public static byte[] packet(int version, byte[] body) {
        return ByteBuffer.allocate(8 + body.length)
                .putInt(8 + body.length)
                .putInt(version)
                .put(body)
                .array();
    }

    /** Pieces, one after the other. */
    public static byte[] concat(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    /** Every byte a segment of its own. */
    public static byte[][] singly(byte[] bytes) {
        byte[][] segments = new byte[bytes.length][];
        for (int i = 0; i < bytes.length; i++) {
            segments[i] = new byte[] {bytes[i]};
        }
        return segments;
    }
}
