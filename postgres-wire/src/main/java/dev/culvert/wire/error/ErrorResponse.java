package dev.culvert.wire.error;

import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An error or notice as a client sees it. Source: Postgres documentation, "Message Formats",
 * ErrorResponse and NoticeResponse.
 *
 * @param severity what it means for the session
 * @param sqlState five characters; a {@link SqlState} or any other code a backend sent
 * @param message what happened, one line
 * @param detail more about what happened
 * @param hint what to do
 */
public record ErrorResponse(
        Severity severity,
        String sqlState,
        String message,
        @Nullable String detail,
        @Nullable String hint) {

    private static final byte ERROR_RESPONSE = 'E';
    private static final byte NOTICE_RESPONSE = 'N';

    /** A NUL would end the field early, so it is shown as this. */
    private static final char IN_PLACE_OF_NUL = '\uFFFD';

    /** Replaces NULs, and refuses a code that is not five ASCII letters and digits. */
    public ErrorResponse {
        if (!isCode(sqlState)) {
            throw new IllegalArgumentException("SQLSTATE must be five letters or digits");
        }
        message = withoutNul(message);
        detail = detail == null ? null : withoutNul(detail);
        hint = hint == null ? null : withoutNul(hint);
    }

    /** An error that ends the session. */
    public static ErrorResponse fatal(SqlState sqlState, String message) {
        return new ErrorResponse(Severity.FATAL, sqlState.code(), message, null, null);
    }

    /** An error that ends the statement. */
    public static ErrorResponse error(SqlState sqlState, String message) {
        return new ErrorResponse(Severity.ERROR, sqlState.code(), message, null, null);
    }

    /** Information, to be sent as a notice. */
    public static ErrorResponse notice(String message) {
        return new ErrorResponse(
                Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION.code(), message, null, null);
    }

    /** A warning, to be sent as a notice. */
    public static ErrorResponse warning(SqlState sqlState, String message) {
        return new ErrorResponse(Severity.WARNING, sqlState.code(), message, null, null);
    }

    /** The same with this hint. */
    public ErrorResponse withHint(String newHint) {
        return new ErrorResponse(severity, sqlState, message, detail, newHint);
    }

    /** The same with this detail. */
    public ErrorResponse withDetail(String newDetail) {
        return new ErrorResponse(severity, sqlState, message, newDetail, hint);
    }

    /** Whether the code is {@code state}. */
    public boolean is(SqlState state) {
        return sqlState.equals(state.code());
    }

    /**
     * Writes it as ErrorResponse.
     *
     * <pre>
     * byte   'E'
     * int32  length, itself included
     * then for each field (S, V, C, M and, when present, D and H):
     *   byte    field code
     *   cstring value
     * byte   0
     * </pre>
     *
     * @param out stays the caller's
     */
    public void writeTo(ByteBuf out) {
        write(out, ERROR_RESPONSE);
    }

    /** Writes it as NoticeResponse: as {@link #writeTo}, but the first byte is 'N'. */
    public void writeAsNotice(ByteBuf out) {
        write(out, NOTICE_RESPONSE);
    }

    private void write(ByteBuf out, byte type) {
        out.writeByte(type);
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        writeField(out, ErrorField.SEVERITY, severity.name());
        writeField(out, ErrorField.SEVERITY_NON_LOCALIZED, severity.name());
        writeField(out, ErrorField.SQL_STATE, sqlState);
        writeField(out, ErrorField.MESSAGE, message);
        writeField(out, ErrorField.DETAIL, detail);
        writeField(out, ErrorField.HINT, hint);
        out.writeByte(0);
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }

    private static void writeField(ByteBuf out, ErrorField field, @Nullable String value) {
        if (value == null) {
            return;
        }
        out.writeByte(field.code());
        out.writeCharSequence(value, StandardCharsets.UTF_8);
        out.writeByte(0);
    }

    /**
     * Reads the body of an ErrorResponse or NoticeResponse: what follows the length word.
     *
     * <p>Fields not kept here are skipped. A backend that speaks another encoding than UTF-8 gets
     * its undecodable bytes replaced. Severity is taken from V, which is never localized; without
     * it, from S; ERROR when neither is known. A missing code becomes XX000.
     *
     * @param body consumed up to the end of the field list; stays the caller's
     * @throws WireException 08P01 when the field list or one of its strings has no end
     */
    public static ErrorResponse parse(ByteBuf body) {
        var fields = new Fields();
        while (true) {
            if (!body.isReadable()) {
                throw endless();
            }
            byte code = body.readByte();
            if (code == 0) {
                return fields.toResponse();
            }
            String value = CStrings.readLenient(body);
            if (value == null) {
                throw endless();
            }
            ErrorField.of(code).ifPresent(field -> fields.accept(field, value));
        }
    }

    private static WireException endless() {
        return WireException.protocolViolation(
                "the database sent an error message without an end",
                "Check that what the tunnel leads to is a Postgres server.");
    }

    private static boolean isCode(String text) {
        return text.length() == SqlState.LENGTH
                && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
    }

    private static String withoutNul(String text) {
        return text.replace('\0', IN_PLACE_OF_NUL);
    }

    /** Collects what {@link #parse} meets. */
    private static final class Fields {
        private @Nullable Severity severity;
        private @Nullable String sqlState;
        private String message = "";
        private @Nullable String detail;
        private @Nullable String hint;

        void accept(ErrorField field, String value) {
            switch (field) {
                case SEVERITY -> {
                    if (severity == null) {
                        severity = Severity.of(value).orElse(null);
                    }
                }
                case SEVERITY_NON_LOCALIZED -> severity = Severity.of(value).orElse(severity);
                case SQL_STATE -> sqlState = isCode(value) ? value : null;
                case MESSAGE -> message = value;
                case DETAIL -> detail = value;
                case HINT -> hint = value;
                default -> {
                    // positions, names and source places are not kept
                }
            }
        }

        ErrorResponse toResponse() {
            return new ErrorResponse(
                    severity == null ? Severity.ERROR : severity,
                    sqlState == null ? SqlState.INTERNAL_ERROR.code() : sqlState,
                    message,
                    detail,
                    hint);
        }
    }
}
