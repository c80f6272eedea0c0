package dev.culvert.wire.message;

import java.util.Optional;

/** The one byte of ReadyForQuery. Source: Postgres documentation, ReadyForQuery. */
public enum TransactionStatus {
    /** Not in a transaction block. */
    IDLE('I'),
    /** In a transaction block. */
    IN_TRANSACTION('T'),
    /** In a failed transaction block: only its end is accepted. */
    FAILED('E');

    private final byte code;

    TransactionStatus(char code) {
        this.code = (byte) code;
    }

    /** The byte on the wire. */
    public byte code() {
        return code;
    }

    /**
     * The status that {@code code} stands for; any other byte is empty, and breaks the protocol.
     */
    public static Optional<TransactionStatus> of(byte code) {
        return switch (code) {
            case 'I' -> Optional.of(IDLE);
            case 'T' -> Optional.of(IN_TRANSACTION);
            case 'E' -> Optional.of(FAILED);
            default -> Optional.empty();
        };
    }
}
