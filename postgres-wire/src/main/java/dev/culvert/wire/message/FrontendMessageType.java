package dev.culvert.wire.message;

import org.jspecify.annotations.Nullable;

/**
 * The types of message that a client sends, with the bounds of their length word (which counts
 * itself but not the type byte). Source: Postgres {@code SocketBackend} in postgres.c, and "Message
 * Formats".
 */
public enum FrontendMessageType {
    /** Binds parameters to a statement. */
    BIND('B', Limits.LARGE),
    /** Closes a statement or portal. */
    CLOSE('C', Limits.SMALL),
    /** Data of a COPY. */
    COPY_DATA('d', Limits.LARGE),
    /** The good end of a COPY. */
    COPY_DONE('c', Limits.EMPTY),
    /** The bad end of a COPY. */
    COPY_FAIL('f', Limits.SMALL),
    /** Asks what a statement or portal looks like. */
    DESCRIBE('D', Limits.SMALL),
    /** Runs a portal. */
    EXECUTE('E', Limits.SMALL),
    /** Asks for the answers so far. */
    FLUSH('H', Limits.EMPTY),
    /** Calls a function. */
    FUNCTION_CALL('F', Limits.LARGE),
    /** Makes a statement. */
    PARSE('P', Limits.LARGE),
    /** A password, or a SASL message; only during login. */
    PASSWORD('p', Limits.SMALL),
    /** Runs SQL text. */
    QUERY('Q', Limits.LARGE),
    /** Ends a series of extended messages. */
    SYNC('S', Limits.EMPTY),
    /** Ends the session. */
    TERMINATE('X', Limits.EMPTY);

    private static final @Nullable FrontendMessageType[] BY_CODE =
            new @Nullable FrontendMessageType[128];

    static {
        for (FrontendMessageType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final byte code;
    private final int maxLength;

    FrontendMessageType(char code, int maxLength) {
        this.code = (byte) code;
        this.maxLength = maxLength;
    }

    /** The type byte. */
    public byte code() {
        return code;
    }

    /**
     * The type with that byte, or null for a byte that is none: such a message breaks the protocol.
     * Null and not Optional, because this is asked for every message.
     */
    public static @Nullable FrontendMessageType find(byte code) {
        return code < 0 ? null : BY_CODE[code];
    }

    /** Whether a length word of {@code length} is possible for this type. */
    public boolean permitsLength(int length) {
        return length >= Limits.EMPTY && length <= maxLength;
    }

    /** The largest length word possible for this type. */
    public int maxLength() {
        return maxLength;
    }

    private static final class Limits {
        /** The length word of a message without a body. */
        static final int EMPTY = 4;

        /** PQ_SMALL_MESSAGE_LIMIT in libpq.h. */
        static final int SMALL = 10_000;

        /** PQ_LARGE_MESSAGE_LIMIT in libpq.h: MaxAllocSize - 1. */
        static final int LARGE = 0x3fff_fffe;
    }
}
