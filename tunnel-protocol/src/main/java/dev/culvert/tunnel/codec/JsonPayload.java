package dev.culvert.tunnel.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One JSON object of a control frame, read member by member; what is wrong is a violation. */
final class JsonPayload {
    private static final int MAX_DEPTH = 8;

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final String where;
    private final JsonNode node;

    private JsonPayload(String where, JsonNode node) {
        this.where = where;
        this.node = node;
        if (!node.isObject()) {
            throw new ProtocolViolationException(where + " is not a JSON object");
        }
    }

    /**
     * Parses a payload. Does not move the buffer's indexes.
     *
     * @param where the frame's name, for error texts
     */
    static JsonPayload parse(String where, ByteBuf payload) {
        try {
            ByteBuffer bytes = payload.nioBuffer();
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return new JsonPayload(where, JSON.readTree(text));
        } catch (CharacterCodingException e) {
            throw new ProtocolViolationException(where + " is not UTF-8");
        } catch (IOException e) {
            throw new ProtocolViolationException(where + " is not JSON");
        }
    }

    String text(String member, int maxLength) {
        String text = optionalText(member, maxLength);
        if (text == null) {
            throw new ProtocolViolationException(where + " lacks " + member);
        }
        return text;
    }

    @Nullable String optionalText(String member, int maxLength) {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual() || value.textValue().length() > maxLength) {
            throw new ProtocolViolationException(
                    where + ": " + member + " is not a text of at most " + maxLength);
        }
        return value.textValue();
    }

    int integer(String member, int min, int max) {
        Integer value = optionalInteger(member, min, max);
        if (value == null) {
            throw new ProtocolViolationException(where + " lacks " + member);
        }
        return value;
    }

    @Nullable Integer optionalInteger(String member, int min, int max) {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < min
                || value.intValue() > max) {
            throw new ProtocolViolationException(
                    where + ": " + member + " is not a number from " + min + " to " + max);
        }
        return value.intValue();
    }

    @Nullable Long optionalLong(String member, long min, long max) {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw new ProtocolViolationException(
                    where + ": " + member + " is not a number from " + min + " to " + max);
        }
        return value.longValue();
    }

    /** An array of 1 to {@code max} texts; empty when the member is missing. */
    List<String> optionalTexts(String member, int max, int maxLength) {
        JsonNode array = node.get(member);
        if (array == null || array.isNull()) {
            return List.of();
        }
        if (!array.isArray() || array.isEmpty() || array.size() > max) {
            throw new ProtocolViolationException(
                    where + ": " + member + " is not an array of 1 to " + max);
        }
        List<String> texts = new ArrayList<>(array.size());
        for (JsonNode element : array) {
            if (!element.isTextual() || element.textValue().length() > maxLength) {
                throw new ProtocolViolationException(
                        where + ": " + member + " holds no text of at most " + maxLength);
            }
            texts.add(element.textValue());
        }
        return List.copyOf(texts);
    }

    /** A truth value; false when absent. */
    boolean flag(String member) {
        JsonNode value = node.get(member);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new ProtocolViolationException(where + ": " + member + " is not true or false");
        }
        return value.booleanValue();
    }

    @Nullable JsonPayload optionalObject(String member) {
        return node.hasNonNull(member) ? object(member) : null;
    }

    JsonPayload object(String member) {
        JsonNode value = node.get(member);
        if (value == null) {
            throw new ProtocolViolationException(where + " lacks " + member);
        }
        return new JsonPayload(where + "." + member, value);
    }

    List<JsonPayload> objects(String member, int min, int max) {
        JsonNode array = node.get(member);
        if (array == null || !array.isArray() || array.size() < min || array.size() > max) {
            throw new ProtocolViolationException(
                    where + ": " + member + " is not an array of " + min + " to " + max);
        }
        List<JsonPayload> objects = new ArrayList<>(array.size());
        for (JsonNode element : array) {
            objects.add(new JsonPayload(where + "." + member, element));
        }
        return objects;
    }
}
