package dev.culvert.agent.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.agent.conformance.Notation.Conversation;
import dev.culvert.agent.conformance.ScriptedEnd.Arrival;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A conversation with somebody, step by step. */
abstract class Running {
    static final int WINDOW = 65_536;

    private final Conversation conversation;
    private final Map<String, ScriptedEnd> ends = new HashMap<>();
    private final Map<String, JsonNode> variables = new HashMap<>();
    private String last = "";

    /** The newest tunnel's. */
    private Epoch epoch = new Epoch();

    Running(Conversation conversation) {
        this.conversation = conversation;
    }

    final void run() throws Exception {
        for (JsonNode step : Notation.JSON.readTree(beginning(conversation.start()))) {
            told(step);
        }
        for (JsonNode step : conversation.json().get("steps")) {
            told(step);
        }
    }

    private void told(JsonNode step) {
        try {
            take(step);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(step + ": " + e.getMessage(), e);
        }
    }

    /** The steps that come first, as JSON. */
    abstract String beginning(String start);

    /** The next WebSocket. */
    abstract ScriptedEnd connected(Epoch newest, boolean granting) throws Exception;

    /** A step that only one side knows. */
    abstract void takeOther(String kind, JsonNode argument, JsonNode step) throws Exception;

    /** What the other side may be sent on a stream at first. */
    abstract int otherWindow();

    /** A frame that the script has waited for. */
    abstract void onExpected(Arrival.Frame frame) throws IOException;

    final ScriptedEnd end() {
        return Objects.requireNonNull(ends.get(last), "nothing is connected");
    }

    final void set(String name, JsonNode value) {
        variables.put(name, value);
    }

    /** What comes on the current WebSocket belongs to a new tunnel. */
    final void beginEpoch() {
        epoch = new Epoch();
        end().epoch = epoch;
    }

    final void cutAll() {
        ends.values().forEach(end -> end.link().cut());
    }

    final void take(JsonNode step) throws Exception {
        if (step.has("on")) {
            last = step.get("on").textValue();
        }
        String kind =
                step.properties().stream()
                        .map(Map.Entry::getKey)
                        .filter(name -> !name.equals("on"))
                        .findFirst()
                        .orElseThrow();
        if (kind.equals("connect")) {
            last = step.get(kind).textValue();
            ends.put(last, connected(epoch, !conversation.grantsByHand()));
            return;
        }
        ScriptedEnd end = end();
        JsonNode argument = filled(step.get(kind), 1);
        switch (kind) {
            case "send" -> {
                for (int i = 0; i < step.path("times").asInt(1); i++) {
                    end.send(argument);
                }
            }
            case "sendHex" -> end.link().send(HexFormat.of().parseHex(argument.textValue()));
            case "sendText" -> end.link().sendText(argument.textValue());
            case "expect" -> expect(argument, step);
            case "quiet" -> end.quiet();
            case "batch" -> end.batch(argument.intValue(), Notation.messages(step.get("messages")));
            case "answer", "receive" -> compare(end.whole(argument.intValue()), step);
            case "collect" ->
                    end.collect(
                            argument.intValue(),
                            filled(step.get("bytes"), argument.intValue()).longValue());
            case "granted" ->
                    end.until(
                            "CREDIT",
                            () ->
                                    Epoch.count(end.epoch.granted, argument.intValue())
                                            >= step.get("atLeast").longValue());
            case "acknowledged" ->
                    end.until("ACK", () -> end.epoch.acknowledged == argument.longValue());
            case "mark" ->
                    set(
                            argument.textValue(),
                            JsonNodeFactory.instance.numberNode(end.epoch.received));
            case "break" -> end.link().cut();
            case "close" -> end.link().close(argument.intValue());
            case "closed" -> {
                Arrival.Closed closed = end.closed();
                assertThat(closed.code()).as(closed.reason()).isEqualTo(argument.intValue());
                assertThat(closed.reason()).contains(step.path("reason").asText());
            }
            default -> takeOther(kind, argument, step);
        }
    }

    private void expect(JsonNode noted, JsonNode step) throws Exception {
        boolean dataMayPass = step.path("after").toString().contains("DATA");
        Arrival.Frame came =
                end().next(
                                noted.toString(),
                                frame -> !dataMayPass || frame.type() != Notation.type("DATA"));
        String told = "type " + came.type() + " on stream " + came.stream() + ": " + came.text();
        assertThat(came.type()).as(told).isEqualTo(Notation.type(noted.get("type").textValue()));
        assertThat(came.stream()).as(told).isEqualTo(noted.get("stream").intValue());
        if (noted.has("json")) {
            JsonNode json = Notation.JSON.readTree(came.payload());
            assertThat(Notation.holds(json, noted.get("json"))).as(told).isTrue();
            if (step.has("lacks")) {
                String absent = "/" + step.get("lacks").textValue().replace('.', '/');
                assertThat(json.at(absent).isMissingNode()).as(told).isTrue();
            }
        }
        if (noted.has("payloadHex")) {
            assertThat(HexFormat.of().formatHex(came.payload()))
                    .isEqualTo(noted.get("payloadHex").textValue());
        }
        onExpected(came);
    }

    static void compare(byte[] messages, JsonNode step) {
        assertThat(Notation.types(messages)).containsPattern(step.path("types").asText());
        assertThat(new String(messages, UTF_8)).contains(step.path("holds").asText());
    }

    /** Puts in what variables hold. */
    private JsonNode filled(JsonNode noted, int stream) {
        if (noted.isTextual() && noted.textValue().contains("${")) {
            String text = noted.textValue();
            String name = text.substring(2, text.indexOf('}'));
            JsonNode value = value(name, stream);
            if (value == null) {
                throw new AssertionError("no variable " + name);
            }
            String rest = text.substring(text.indexOf('}') + 1);
            return rest.isEmpty()
                    ? value
                    : JsonNodeFactory.instance.textNode(value.textValue() + rest);
        }
        if (noted.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            noted.forEach(each -> array.add(filled(each, stream)));
            return array;
        }
        if (noted.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            noted.properties()
                    .forEach(member ->
                            object.set(member.getKey(), filled(member.getValue(), stream)));
            return object;
        }
        return noted;
    }

    private @Nullable JsonNode value(String name, int stream) {
        Epoch current = end().epoch;
        return switch (name) {
            case "sent" -> JsonNodeFactory.instance.numberNode(current.sent);
            case "received" -> JsonNodeFactory.instance.numberNode(current.received);
            case "credit" ->
                    JsonNodeFactory.instance.numberNode(Epoch.count(current.credit, stream));
            default -> variables.get(name);
        };
    }
}
