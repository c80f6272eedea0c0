package dev.culvert.tunnel.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The golden frames, and their notation read into frames without help of the codec. */
final class VectorFrames {
    static final JsonMapper JSON = new JsonMapper();
    private static final Path FILE = Path.of("vectors", "frames.json");

    private VectorFrames() {}

    /** One entry of {@code frames.json}. */
    record Vector(String name, byte[] bytes, JsonNode json) {
        Frame frame(ByteBufAllocator allocator) {
            return VectorFrames.frame(json.get("frame"), allocator);
        }
    }

    static List<Vector> section(String name) {
        try {
            List<Vector> vectors = new ArrayList<>();
            for (JsonNode entry : JSON.readTree(Files.readString(FILE)).get(name)) {
                byte[] bytes = HexFormat.of().parseHex(entry.get("hex").textValue());
                vectors.add(new Vector(entry.get("name").textValue(), bytes, entry));
            }
            return vectors;
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FILE, e);
        }
    }

    private static Frame frame(JsonNode frame, ByteBufAllocator allocator) {
        int stream = (int) frame.get("stream").longValue();
        JsonNode json = frame.path("json");
        byte[] payload = HexFormat.of().parseHex(frame.path("payloadHex").asText());
        List<String> flags = new ArrayList<>();
        frame.path("flags").forEach(flag -> flags.add(flag.textValue()));
        return switch (frame.get("type").textValue()) {
            case "HELLO" -> hello(json);
            case "WELCOME" -> welcome(json);
            case "OPEN" -> open(stream, json);
            case "ACCEPT" -> new Frame.Accept(stream);
            case "REJECT" -> new Frame.Reject(stream, refusal(json));
            case "DATA" ->
                    new Frame.Data(
                            stream, allocator.buffer().writeBytes(payload), flags.contains("END"));
            case "CREDIT" -> new Frame.Credit(stream, frame.get("bytes").intValue());
            case "CANCEL" -> new Frame.Cancel(stream, frame.get("batch").intValue());
            case "CLOSE" -> new Frame.Close(stream, json.isObject() ? refusal(json) : null);
            case "PING" -> new Frame.Ping(number(payload));
            case "PONG" -> new Frame.Pong(number(payload), pongFlags(flags));
            case "ACK" -> new Frame.Ack(frame.get("count").longValue());
            case "GOAWAY" -> new Frame.GoAway(text(json, "code"), text(json, "message"));
            default -> throw new IllegalArgumentException("a vector of unknown type: " + frame);
        };
    }

    private static Frame hello(JsonNode json) {
        List<Frame.User> users = new ArrayList<>();
        json.get("users")
                .forEach(user ->
                        users.add(
                                new Frame.User(
                                        text(user, "name"),
                                        user.path("verifier").textValue(),
                                        user.has("expires")
                                                ? user.get("expires").longValue()
                                                : null)));
        List<String> allow = new ArrayList<>();
        json.path("allow").forEach(range -> allow.add(range.textValue()));
        JsonNode backend = json.get("backend");
        Frame.Backend.Kind kind =
                text(backend, "kind").equals("pglite")
                        ? Frame.Backend.Kind.PGLITE
                        : Frame.Backend.Kind.POSTGRES;
        return new Frame.Hello(
                text(json, "agent"),
                json.path("name").textValue(),
                json.path("token").textValue(),
                json.path("mode").textValue(),
                users,
                allow,
                new Frame.Backend(kind, text(backend, "version")),
                optionalNumber(json, "idleTimeout"),
                optionalNumber(json, "lifetime"),
                timeouts(json.path("timeouts")),
                json.get("window").intValue(),
                json.path("resumable").booleanValue(),
                json.has("resume")
                        ? new Frame.Resume(
                                text(json.get("resume"), "name"),
                                text(json.get("resume"), "secret"),
                                optionalCount(json.get("resume")))
                        : null);
    }

    private static Frame.Timeouts timeouts(JsonNode json) {
        return new Frame.Timeouts(
                optionalNumber(json, "idleInTransaction"),
                optionalNumber(json, "statement"),
                optionalNumber(json, "queue"));
    }

    private static Frame welcome(JsonNode json) {
        return new Frame.Welcome(
                text(json, "relay"),
                text(json, "name"),
                text(json, "host"),
                json.get("port").intValue(),
                json.get("idleTimeout").intValue(),
                json.get("lifetime").intValue(),
                timeouts(json.path("timeouts")),
                json.get("maxPayload").intValue(),
                json.get("window").intValue(),
                json.has("resume")
                        ? new Frame.Resumption(
                                text(json.get("resume"), "secret"),
                                json.get("resume").get("grace").intValue(),
                                optionalCount(json.get("resume")))
                        : null);
    }

    private static Frame open(int stream, JsonNode json) {
        JsonNode client = json.get("client");
        return new Frame.Open(
                stream,
                text(json, "session"),
                text(json, "user"),
                text(json, "database"),
                new Frame.Client(text(client, "address"), client.get("port").intValue()),
                text(json, "application"));
    }

    private static Refusal refusal(JsonNode json) {
        return new Refusal(
                text(json, "sqlstate"),
                text(json, "message"),
                json.path("detail").textValue(),
                json.path("hint").textValue());
    }

    private static Set<Frame.PongFlag> pongFlags(List<String> names) {
        EnumSet<Frame.PongFlag> flags = EnumSet.noneOf(Frame.PongFlag.class);
        names.forEach(name -> flags.add(Frame.PongFlag.valueOf(name)));
        return flags;
    }

    private static String text(JsonNode json, String member) {
        return json.get(member).textValue();
    }

    private static @Nullable Integer optionalNumber(JsonNode json, String member) {
        return json.has(member) ? Integer.valueOf(json.get(member).intValue()) : null;
    }

    private static long number(byte[] eightBytes) {
        return Long.parseUnsignedLong(ByteBufUtil.hexDump(eightBytes), 16);
    }

    private static @Nullable Long optionalCount(JsonNode resume) {
        return resume.has("received") ? resume.get("received").longValue() : null;
    }
}
