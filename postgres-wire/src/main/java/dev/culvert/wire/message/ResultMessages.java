package dev.culvert.wire.message;

import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what answers statements: result sets, and the steps of the extended protocol. Source:
 * Postgres documentation, "Message Formats". Buffers stay the caller's.
 */
public final class ResultMessages {
    /** A value that is NULL has this length. */
    private static final int NULL_LENGTH = -1;

    private ResultMessages() {}

    /** The types that results have here. */
    public enum Type {
        /** {@code text}. */
        TEXT(25, -1),
        /** {@code int8}. */
        INT8(20, 8);

        private final int oid;
        private final int size;

        Type(int oid, int size) {
            this.oid = oid;
            this.size = size;
        }
    }

    /** A column of a result. */
    public record Column(String name, Type type) {
        /** A column of {@code text}. */
        public static Column text(String name) {
            return new Column(name, Type.TEXT);
        }

        /** A column of {@code int8}. */
        public static Column int8(String name) {
            return new Column(name, Type.INT8);
        }
    }

    /**
     * RowDescription: the columns of the rows to come.
     *
     * <pre>
     * byte 'T' | int32 length | int16 columns | for each: cstring name | int32 0 | int16 0
     *   | int32 type | int16 size | int32 -1 | int16 format
     * </pre>
     *
     * @param binary for each column, whether its values are sent in binary
     */
    public static void rowDescription(ByteBuf out, List<Column> columns, boolean[] binary) {
        int lengthAt = begin(out, 'T');
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            CStrings.write(out, column.name());
            out.writeInt(0)
                    .writeShort(0)
                    .writeInt(column.type().oid)
                    .writeShort(column.type().size)
                    .writeInt(-1)
                    .writeShort(binary[i] ? 1 : 0);
        }
        end(out, lengthAt);
    }

    /**
     * DataRow: one row.
     *
     * <pre>
     * byte 'D' | int32 length | int16 columns | for each: int32 length, or -1 for NULL | bytes
     * </pre>
     *
     * @param values a Long for each {@link Type#INT8}, a String for others, or null; a NUL in a
     *     text, which Postgres has not, becomes U+FFFD
     * @param binary for each column, whether its value is sent in binary
     */
    public static void dataRow(
            ByteBuf out, List<? extends @Nullable Object> values, boolean[] binary) {
        int lengthAt = begin(out, 'D');
        out.writeShort(values.size());
        for (int i = 0; i < values.size(); i++) {
            value(out, values.get(i), binary[i]);
        }
        end(out, lengthAt);
    }

    private static void value(ByteBuf out, @Nullable Object value, boolean binary) {
        if (value == null) {
            out.writeInt(NULL_LENGTH);
        } else if (binary && value instanceof Long number) {
            out.writeInt(Long.BYTES).writeLong(number);
        } else {
            int lengthAt = out.writerIndex();
            out.writeInt(0);
            out.writeCharSequence(value.toString().replace('\0', '\uFFFD'), StandardCharsets.UTF_8);
            out.setInt(lengthAt, out.writerIndex() - lengthAt - Integer.BYTES);
        }
    }

    /**
     * ParameterDescription of a statement without parameters.
     *
     * <pre>
     * byte 't' | int32 6 | int16 0
     * </pre>
     */
    public static void noParameters(ByteBuf out) {
        out.writeByte('t').writeInt(6).writeShort(0);
    }

    /** ParseComplete: {@code byte '1' | int32 4}. */
    public static void parseComplete(ByteBuf out) {
        bare(out, '1');
    }

    /** BindComplete: {@code byte '2' | int32 4}. */
    public static void bindComplete(ByteBuf out) {
        bare(out, '2');
    }

    /** CloseComplete: {@code byte '3' | int32 4}. */
    public static void closeComplete(ByteBuf out) {
        bare(out, '3');
    }

    /** NoData, in place of a RowDescription: {@code byte 'n' | int32 4}. */
    public static void noData(ByteBuf out) {
        bare(out, 'n');
    }

    /** PortalSuspended, there are more rows: {@code byte 's' | int32 4}. */
    public static void portalSuspended(ByteBuf out) {
        bare(out, 's');
    }

    private static void bare(ByteBuf out, char type) {
        out.writeByte(type).writeInt(4);
    }

    private static int begin(ByteBuf out, char type) {
        out.writeByte(type);
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        return lengthAt;
    }

    private static void end(ByteBuf out, int lengthAt) {
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }
}
