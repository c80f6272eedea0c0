package dev.culvert.agent.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Frames and Postgres messages as {@code vectors/README.md} writes them. */
final class Notation {
    static final JsonMapper JSON = new JsonMapper();
    private static final Path FILE =
            Path.of("..", "tunnel-protocol", "vectors", "conversations.json");
    private static final List<String> TYPES =
            List.of(
                    "", "HELLO", "WELCOME", "OPEN", "ACCEPT", "REJECT", "DATA", "CREDIT", "CANCEL",
                    "CLOSE", "PING", "PONG", "ACK", "GOAWAY");
    private static final Map<String, String> STARTUP =
            Map.of("user", "postgres", "database", "postgres");
    private static final int PROTOCOL_3_0 = 196_608;

    private Notation() {}

    /** One conversation. */
    record Conversation(String name, JsonNode json) {
        String start() {
            return json.path("start").asText();
        }

        boolean grantsByHand() {
            return json.has("credit");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The conversations in which the script stands opposite the one named. */
    static List<Conversation> conversationsOf(String side) throws IOException {
        List<Conversation> found = new ArrayList<>();
        for (JsonNode each : JSON.readTree(Files.readString(FILE)).get(side)) {
            found.add(new Conversation(each.get("name").textValue(), each));
        }
        return found;
    }

    static int type(String name) {
        return TYPES.indexOf(name);
    }

    /** A frame's payload. */
    static byte[] payload(JsonNode noted) throws IOException {
        return switch (noted.get("type").textValue()) {
            case "CREDIT" -> u32(noted.get("bytes").longValue());
            case "CANCEL" -> u32(noted.get("batch").longValue());
            case "ACK" -> ByteBuffer.allocate(8).putLong(noted.get("count").longValue()).array();
            default ->
                    noted.has("json")
                            ? JSON.writeValueAsBytes(noted.get("json"))
                            : noted.has("messages")
                                    ? messages(noted.get("messages"))
                                    : HexFormat.of().parseHex(noted.path("payloadHex").asText());
        };
    }

    private static byte[] u32(long value) {
        return ByteBuffer.allocate(4).putInt((int) value).array();
    }

    static byte[] messages(JsonNode noted) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (JsonNode each : noted) {
            if (each.has("hex")) {
                all.writeBytes(HexFormat.of().parseHex(each.get("hex").textValue()));
            } else if (each.isTextual()) {
                all.writeBytes(message(each.textValue(), 1));
            } else {
                byte[] one = message(each.get("message").textValue(), each.path("long").asInt(1));
                for (int i = 0; i < each.path("times").asInt(1); i++) {
                    all.writeBytes(one);
                }
            }
        }
        return all.toByteArray();
    }

    private static byte[] message(String noted, int repetitions) {
        if (noted.equals("startup")) {
            return startup(STARTUP);
        }
        char type = noted.charAt(0);
        String body = noted.length() < 2 ? "" : noted.substring(2).repeat(repetitions);
        byte[] content = ("QfC".indexOf(type) >= 0 ? body + "\0" : body).getBytes(UTF_8);
        return ByteBuffer.allocate(5 + content.length)
                .put((byte) type)
                .putInt(4 + content.length)
                .put(content)
                .array();
    }

    static byte[] startup(Map<String, String> parameters) {
        StringBuilder text = new StringBuilder();
        parameters.forEach(
                (name, value) -> text.append(name).append('\0').append(value).append('\0'));
        byte[] content = text.append('\0').toString().getBytes(UTF_8);
        return ByteBuffer.allocate(8 + content.length)
                .putInt(8 + content.length)
                .putInt(PROTOCOL_3_0)
                .put(content)
                .array();
    }

    /** The types of whole Postgres messages, each once where it repeats. */
    static String types(byte[] messages) {
        if (messages.length > 0 && messages[0] == 0) {
            return "startup";
        }
        StringBuilder types = new StringBuilder();
        ByteBuffer rest = ByteBuffer.wrap(messages);
        while (rest.remaining() >= 5 && rest.remaining() > rest.getInt(rest.position() + 1)) {
            char type = (char) rest.get();
            rest.position(rest.position() + rest.getInt(rest.position()));
            if (types.isEmpty() || types.charAt(types.length() - 1) != type) {
                types.append(type);
            }
        }
        return types.toString();
    }

    /** Whether JSON has what is noted, and maybe more. */
    static boolean holds(JsonNode got, JsonNode noted) {
        if (!noted.isObject()) {
            return (noted.isNumber() && got.isNumber())
                    ? noted.longValue() == got.longValue()
                    : noted.equals(got);
        }
        return got.isObject()
                && noted.properties().stream()
                        .allMatch(member -> holds(got.path(member.getKey()), member.getValue()));
    }
}
