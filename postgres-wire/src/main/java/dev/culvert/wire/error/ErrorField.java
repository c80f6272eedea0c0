package dev.culvert.wire.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The fields of ErrorResponse and NoticeResponse. Source: Postgres documentation, "Error and Notice
 * Message Fields".
 */
public enum ErrorField {
    /** Severity, possibly localized. */
    SEVERITY('S'),
    /** Severity, never localized. */
    SEVERITY_NON_LOCALIZED('V'),
    /** SQLSTATE, five characters. */
    SQL_STATE('C'),
    /** What happened, one line. */
    MESSAGE('M'),
    /** More about what happened. */
    DETAIL('D'),
    /** What to do about it. */
    HINT('H'),
    /** Character index into the query, from 1. */
    POSITION('P'),
    /** Like {@link #POSITION}, for an internally generated query. */
    INTERNAL_POSITION('p'),
    /** Text of a failed internally generated query. */
    INTERNAL_QUERY('q'),
    /** Call stack of procedures, newest first. */
    WHERE('W'),
    /** Schema name. */
    SCHEMA('s'),
    /** Table name. */
    TABLE('t'),
    /** Column name. */
    COLUMN('c'),
    /** Data type name. */
    DATA_TYPE('d'),
    /** Constraint name. */
    CONSTRAINT('n'),
    /** Source file of the server. */
    FILE('F'),
    /** Source line of the server. */
    LINE('L'),
    /** Source routine of the server. */
    ROUTINE('R');

    private static final @Nullable ErrorField[] BY_CODE = new @Nullable ErrorField[128];

    static {
        for (ErrorField field : values()) {
            BY_CODE[field.code] = field;
        }
    }

    private final byte code;

    ErrorField(char code) {
        this.code = (byte) code;
    }

    /** The byte that introduces this field. */
    public byte code() {
        return code;
    }

    /** The field that {@code code} introduces. An unknown one is empty: clients must ignore it. */
    public static Optional<ErrorField> of(byte code) {
        return code < 0 ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
    }
}
