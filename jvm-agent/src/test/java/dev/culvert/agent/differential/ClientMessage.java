package dev.culvert.agent.differential;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of a client, in the byte layouts of the Postgres documentation, "Message Formats".
 *
 * @param text for a person
 * @param bytes as sent
 */
record ClientMessage(String text, byte[] bytes) {
    private static final int HEADER_BYTES = 5;

    @Override
    public String toString() {
        return text;
    }

    static ClientMessage query(String sql) {
        return message('Q', "Query " + sql, new Body().string(sql));
    }

    static ClientMessage parse(String name, String sql, List<Integer> types) {
        Body body = new Body().string(name).string(sql).int16(types.size());
        types.forEach(body::int32);
        return message('P', "Parse '" + name + "' " + sql + " " + types, body);
    }

    /** Null stands for NULL. */
    static ClientMessage bind(
            String portal,
            String statement,
            List<Integer> formats,
            List<byte @Nullable []> values,
            List<Integer> resultFormats) {
        Body body = new Body().string(portal).string(statement).int16(formats.size());
        formats.forEach(body::int16);
        body.int16(values.size());
        values.forEach(body::value);
        body.int16(resultFormats.size());
        resultFormats.forEach(body::int16);
        return message(
                'B',
                "Bind '%s' of '%s' %s %s %s"
                        .formatted(
                                portal,
                                statement,
                                formats,
                                values.stream().map(ClientMessage::shown).toList(),
                                resultFormats),
                body);
    }

    static ClientMessage describe(char kind, String name) {
        return message(
                'D', "Describe " + kind + " '" + name + "'", new Body().int8(kind).string(name));
    }

    static ClientMessage close(char kind, String name) {
        return message(
                'C', "Close " + kind + " '" + name + "'", new Body().int8(kind).string(name));
    }

    static ClientMessage execute(String portal, int rows) {
        return message(
                'E', "Execute '" + portal + "' " + rows, new Body().string(portal).int32(rows));
    }

    static ClientMessage functionCall(
            int function, List<Integer> formats, List<byte @Nullable []> values, int resultFormat) {
        Body body = new Body().int32(function).int16(formats.size());
        formats.forEach(body::int16);
        body.int16(values.size());
        values.forEach(body::value);
        body.int16(resultFormat);
        return message(
                'F',
                "FunctionCall %d %s %s %d"
                        .formatted(
                                function,
                                formats,
                                values.stream().map(ClientMessage::shown).toList(),
                                resultFormat),
                body);
    }

    static ClientMessage sync() {
        return message('S', "Sync", new Body());
    }

    static ClientMessage flush() {
        return message('H', "Flush", new Body());
    }

    static ClientMessage copyData(byte[] data) {
        return message('d', "CopyData " + shown(data), new Body().bytes(data));
    }

    static ClientMessage copyDone() {
        return message('c', "CopyDone", new Body());
    }

    static ClientMessage copyFail(String reason) {
        return message('f', "CopyFail " + reason, new Body().string(reason));
    }

    /** A message of any type and body, and with any length: what no client should send. */
    static ClientMessage raw(char type, int length, byte[] body) {
        byte[] bytes =
                ByteBuffer.allocate(HEADER_BYTES + body.length)
                        .put((byte) type)
                        .putInt(length)
                        .put(body)
                        .array();
        return new ClientMessage("%c length %d %s".formatted(type, length, shown(body)), bytes);
    }

    /** The same without the last bytes of its body; the length is right. */
    ClientMessage cutBy(int bytesLess) {
        int less = Math.min(bytesLess, bytes.length - HEADER_BYTES);
        byte[] cut = java.util.Arrays.copyOf(bytes, bytes.length - less);
        ByteBuffer.wrap(cut).putInt(1, cut.length - 1);
        return new ClientMessage(text + " [cut by " + less + "]", cut);
    }

    /** The same with a byte more in its body, if it has one; the length is right. */
    ClientMessage withRest() {
        if (bytes.length == HEADER_BYTES) {
            return this;
        }
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        longer[bytes.length] = 'x';
        ByteBuffer.wrap(longer).putInt(1, longer.length - 1);
        return new ClientMessage(text + " [and a byte more]", longer);
    }

    private static ClientMessage message(char type, String text, Body body) {
        byte[] content = body.out.toByteArray();
        byte[] bytes =
                ByteBuffer.allocate(HEADER_BYTES + content.length)
                        .put((byte) type)
                        .putInt(Integer.BYTES + content.length)
                        .put(content)
                        .array();
        return new ClientMessage(text, bytes);
    }

    static String shown(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "NULL";
        }
        StringBuilder shown = new StringBuilder();
        for (byte each : bytes) {
            if (each >= ' ' && each < 0x7f && each != '\\') {
                shown.append((char) each);
            } else {
                shown.append("\\%02x".formatted(each & 0xff));
            }
        }
        return "\"" + shown + "\"";
    }

    private static final class Body {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Body int8(int value) {
            out.write(value);
            return this;
        }

        Body int16(int value) {
            return int8(value >> 8).int8(value);
        }

        Body int32(int value) {
            return int16(value >> 16).int16(value);
        }

        Body bytes(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Body string(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8)).int8(0);
        }

        Body value(byte @Nullable [] value) {
            return value == null ? int32(-1) : int32(value.length).bytes(value);
        }
    }
}
