package dev.culvert.agent.differential;

import dev.culvert.agent.differential.Conversation.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What a server answers, message by message, as text: without what two servers of the same version
 * and contents may differ in, which is process ids, the object ids that were given out, and the
 * places in the server's own source text.
 */
final class Transcript {
    private static final int FIRST_NORMAL_OBJECT_ID = 16_384;

    /** File, line and routine of the server's source text. */
    private static final String NOT_SHOWN = "FLR";

    private Transcript() {}

    static List<String> of(List<ServerMessage> messages) {
        List<String> lines = new ArrayList<>();
        for (ServerMessage message : messages) {
            lines.add(line(message));
        }
        return lines;
    }

    private static String line(ServerMessage message) {
        ByteBuffer body = message.buffer();
        return switch (message.type()) {
            case ServerMessage.END -> "end of the connection";
            case '1' -> "ParseComplete";
            case '2' -> "BindComplete";
            case '3' -> "CloseComplete";
            case 'n' -> "NoData";
            case 's' -> "PortalSuspended";
            case 'I' -> "EmptyQueryResponse";
            case 'c' -> "CopyDone";
            case 'Z' -> "ReadyForQuery " + (char) body.get();
            case 'C' -> "CommandComplete " + string(body);
            case 'd' -> "CopyData " + ClientMessage.shown(message.body());
            case 'D' -> "DataRow " + values(body);
            case 'T' -> "RowDescription " + columns(body);
            case 't' -> "ParameterDescription " + objectIds(body);
            case 'G', 'H', 'W' -> "Copy" + message.type() + "Response " + formats(body);
            case 'S' -> "ParameterStatus " + string(body) + "=" + string(body);
            case 'E' -> "Error " + fields(body);
            case 'N' -> "Notice " + fields(body);
            case 'A' -> {
                body.getInt(); // the process
                yield "Notification " + string(body) + " " + string(body);
            }
            case 'V' -> "FunctionCallResponse " + value(body);
            default -> message.type() + " " + ClientMessage.shown(message.body());
        };
    }

    private static List<String> columns(ByteBuffer body) {
        List<String> columns = new ArrayList<>();
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            String name = string(body);
            String table = objectId(body.getInt());
            int attribute = body.getShort();
            String type = objectId(body.getInt());
            columns.add(
                    "%s table %s.%d type %s size %d modifier %d format %d"
                            .formatted(
                                    name,
                                    table,
                                    attribute,
                                    type,
                                    body.getShort(),
                                    body.getInt(),
                                    body.getShort()));
        }
        return columns;
    }

    private static List<String> objectIds(ByteBuffer body) {
        List<String> ids = new ArrayList<>();
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            ids.add(objectId(body.getInt()));
        }
        return ids;
    }

    private static String objectId(int id) {
        return Integer.compareUnsigned(id, FIRST_NORMAL_OBJECT_ID) < 0
                ? Integer.toString(id)
                : "own";
    }

    private static String formats(ByteBuffer body) {
        StringBuilder formats = new StringBuilder().append(body.get()).append(":");
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            formats.append(' ').append(body.getShort());
        }
        return formats.toString();
    }

    private static List<String> values(ByteBuffer body) {
        List<String> values = new ArrayList<>();
        int count = body.getShort();
        for (int i = 0; i < count; i++) {
            values.add(value(body));
        }
        return values;
    }

    private static String value(ByteBuffer body) {
        int length = body.getInt();
        if (length < 0) {
            return "NULL";
        }
        byte[] value = new byte[length];
        body.get(value);
        return ClientMessage.shown(value);
    }

    private static SequencedMap<Character, String> fields(ByteBuffer body) {
        SequencedMap<Character, String> fields = new LinkedHashMap<>();
        for (char code = (char) body.get(); code != 0; code = (char) body.get()) {
            String value = string(body);
            if (NOT_SHOWN.indexOf(code) < 0) {
                fields.put(code, value);
            }
        }
        return fields;
    }

    private static String string(ByteBuffer body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte each = body.get(); each != 0; each = body.get()) {
            bytes.write(each);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
