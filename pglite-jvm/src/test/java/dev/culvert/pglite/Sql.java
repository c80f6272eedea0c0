package dev.culvert.pglite;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client's side of the protocol, as much of it as the tests speak. */
final class Sql {
    private Sql() {}

    /** One message of a backend's answer. */
    record Message(char type, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The field of an ErrorResponse or NoticeResponse. */
        String field(char name) {
            for (String field : text().split("\0", -1)) {
                if (!field.isEmpty() && field.charAt(0) == name) {
                    return field.substring(1);
                }
            }
            return "";
        }
    }

    /** An answer: its rows as text, its error, and the sequence of its messages' types. */
    record Answer(List<Message> messages) {
        String types() {
            StringBuilder types = new StringBuilder();
            messages.forEach(message -> types.append(message.type));
            return types.toString();
        }

        List<List<String>> rows() {
            return messages.stream().filter(m -> m.type == 'D').map(Sql::row).toList();
        }

        /** The only value of the only row; or the error, which a test then shows. */
        String value() {
            return rows().size() == 1 && rows().getFirst().size() == 1
                    ? String.valueOf(rows().getFirst().getFirst())
                    : "not one value: " + this;
        }

        String sqlState() {
            return messages.stream()
                    .filter(m -> m.type == 'E')
                    .findFirst()
                    .map(m -> m.field('C'))
                    .orElse("00000");
        }

        String error() {
            return messages.stream()
                    .filter(m -> m.type == 'E')
                    .findFirst()
                    .map(m -> m.field('M'))
                    .orElse("");
        }

        @Override
        public String toString() {
            return types() + " " + sqlState() + " " + error() + " " + rows();
        }
    }

    static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    static byte[] query(String sql) {
        return message('Q', (sql + "\0").getBytes(StandardCharsets.UTF_8));
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static Answer run(PGlite db, String sql) {
        return parse(db.exec(query(sql)));
    }

    static Answer parse(byte[] bytes) {
        List<Message> messages = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            char type = (char) buffer.get();
            byte[] body = new byte[buffer.getInt() - 4];
            buffer.get(body);
            messages.add(new Message(type, body));
        }
        return new Answer(messages);
    }

    private static List<String> row(Message message) {
        List<String> values = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(message.body);
        int columns = buffer.getShort();
        for (int i = 0; i < columns; i++) {
            int length = buffer.getInt();
            if (length < 0) {
                values.add("NULL");
            } else {
                byte[] value = new byte[length];
                buffer.get(value);
                values.add(new String(value, StandardCharsets.UTF_8));
            }
        }
        return values;
    }
}
