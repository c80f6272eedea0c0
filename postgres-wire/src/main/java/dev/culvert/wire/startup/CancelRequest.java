package dev.culvert.wire.startup;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * CancelRequest: a connection of its own that asks to cancel another one's statement. It is never
 * answered.
 *
 * @param processId as BackendKeyData gave it
 * @param secretKey as BackendKeyData gave it: 4 bytes in protocol 3.0, 4 to 256 in 3.2; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record CancelRequest(int processId, byte[] secretKey) implements FirstPacket {
    /** Shortest key, and the only length in protocol 3.0. */
    public static final int MIN_KEY_LENGTH = 4;

    /** Longest key. Source: Postgres documentation, BackendKeyData. */
    public static final int MAX_KEY_LENGTH = 256;

    /** The word in the version's place: 1234.5678. */
    static final int CODE = 80877102;

    /** Bytes before the key: length, code, process id. */
    static final int FIXED_LENGTH = 12;

    /** Refuses a key outside of its bounds. */
    public CancelRequest {
        if (secretKey.length < MIN_KEY_LENGTH || secretKey.length > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("a cancel key has 4 to 256 bytes");
        }
    }

    /**
     * Writes it.
     *
     * <pre>
     * int32 length, itself included
     * int32 80877102
     * int32 process id
     * bytes secret key
     * </pre>
     *
     * @param out stays the caller's
     */
    public void writeTo(ByteBuf out) {
        out.writeInt(FIXED_LENGTH + secretKey.length).writeInt(CODE);
        out.writeInt(processId).writeBytes(secretKey);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CancelRequest that
                && processId == that.processId
                && Arrays.equals(secretKey, that.secretKey);
    }

    @Override
    public int hashCode() {
        return 31 * processId + Arrays.hashCode(secretKey);
    }

    /** Does not show the key: who has it can cancel. */
    @Override
    public String toString() {
        return "CancelRequest[processId=" + processId + "]";
    }
}
