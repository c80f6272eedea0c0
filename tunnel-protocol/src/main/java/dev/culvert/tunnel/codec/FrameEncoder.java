package dev.culvert.tunnel.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes frames. Stateless and thread-safe. */
public final class FrameEncoder {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int FLAG_END = 0x01;
    private static final byte[] NOTHING = {};

    private FrameEncoder() {}

    /**
     * Encodes a frame: the content of one WebSocket message. {@link MessageWriter} does it without
     * a copy of what a DATA frame carries.
     *
     * @param frame whose payload is released
     * @return a buffer that the caller releases
     */
    public static ByteBuf encode(Frame frame, ByteBufAllocator allocator) {
        return switch (frame) {
            case Frame.Data data -> data(data, allocator);
            case Frame.Hello hello -> json(hello, helloJson(hello), allocator);
            case Frame.Welcome welcome -> json(welcome, welcomeJson(welcome), allocator);
            case Frame.Open open -> json(open, openJson(open), allocator);
            case Frame.Reject reject -> json(reject, refusalJson(reject.reason()), allocator);
            case Frame.Close close -> json(close, refusalJson(close.reason()), allocator);
            case Frame.GoAway goAway -> json(goAway, goAwayJson(goAway), allocator);
            case Frame.Accept accept -> header(accept, 0, 0, allocator);
            case Frame.Credit credit -> header(credit, 0, 4, allocator).writeInt(credit.bytes());
            case Frame.Cancel cancel -> header(cancel, 0, 4, allocator).writeInt(cancel.batch());
            case Frame.Ping ping -> header(ping, 0, 8, allocator).writeLong(ping.opaque());
            case Frame.Pong pong ->
                    header(pong, pongFlags(pong), 8, allocator).writeLong(pong.opaque());
            case Frame.Ack ack -> header(ack, 0, 8, allocator).writeLong(ack.count());
        };
    }

    private static ByteBuf header(
            Frame frame, int flags, int payloadBytes, ByteBufAllocator allocator) {
        ByteBuf header = allocator.buffer(Frame.HEADER_BYTES + payloadBytes);
        putHeader(frame, flags, header);
        return header;
    }

    private static ByteBuf data(Frame.Data data, ByteBufAllocator allocator) {
        ByteBuf payload = data.payload();
        ByteBuf encoded = allocator.buffer(Frame.HEADER_BYTES + payload.readableBytes());
        putHeader(data, encoded);
        encoded.writeBytes(payload);
        payload.release();
        return encoded;
    }

    /** Writes what comes before the payload of a DATA frame. */
    static void putHeader(Frame.Data data, ByteBuf target) {
        putHeader(data, data.end() ? FLAG_END : 0, target);
    }

    private static void putHeader(Frame frame, int flags, ByteBuf target) {
        target.writeByte(frame.type().code())
                .writeByte(flags)
                .writeShort(0)
                .writeInt(frame.stream());
    }

    private static int pongFlags(Frame.Pong pong) {
        int flags = 0;
        for (Frame.PongFlag flag : pong.flags()) {
            flags |= flag.bit();
        }
        return flags;
    }

    private static ByteBuf json(
            Frame frame, @Nullable ObjectNode object, ByteBufAllocator allocator) {
        byte[] payload = NOTHING;
        if (object != null) {
            try {
                payload = JSON.writeValueAsBytes(object);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
            }
        }
        return header(frame, 0, payload.length, allocator).writeBytes(payload);
    }

    private static ObjectNode helloJson(Frame.Hello hello) {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", Frame.VERSION).put("agent", hello.agent());
        putIfPresent(json, "name", hello.name());
        putIfPresent(json, "token", hello.token());
        putIfPresent(json, "mode", hello.mode());
        ArrayNode users = json.putArray("users");
        for (Frame.User user : hello.users()) {
            ObjectNode each = users.addObject().put("name", user.name());
            if (user.verifier() == null) {
                each.put("auth", "none");
            } else {
                each.put("verifier", user.verifier());
            }
            if (user.expires() != null) {
                each.put("expires", user.expires());
            }
        }
        if (!hello.allow().isEmpty()) {
            hello.allow().forEach(json.putArray("allow")::add);
        }
        json.putObject("backend")
                .put("kind", hello.backend().kind().name().toLowerCase(Locale.ROOT))
                .put("version", hello.backend().version());
        putIfPresent(json, "idleTimeout", hello.idleTimeout());
        putIfPresent(json, "lifetime", hello.lifetime());
        putTimeouts(json, hello.timeouts());
        json.put("window", hello.window());
        if (hello.resumable()) {
            json.put("resumable", true);
        }
        Frame.Resume resume = hello.resume();
        if (resume != null) {
            ObjectNode member =
                    json.putObject("resume")
                            .put("name", resume.name())
                            .put("secret", resume.secret());
            putIfPresent(member, "received", resume.received());
        }
        return json;
    }

    private static void putTimeouts(ObjectNode json, Frame.Timeouts timeouts) {
        if (!timeouts.equals(Frame.Timeouts.NONE)) {
            ObjectNode member = json.putObject("timeouts");
            putIfPresent(member, "idleInTransaction", timeouts.idleInTransaction());
            putIfPresent(member, "statement", timeouts.statement());
            putIfPresent(member, "queue", timeouts.queue());
        }
    }

    private static ObjectNode welcomeJson(Frame.Welcome welcome) {
        ObjectNode json =
                JSON.createObjectNode()
                        .put("version", Frame.VERSION)
                        .put("relay", welcome.relay())
                        .put("name", welcome.name())
                        .put("host", welcome.host())
                        .put("port", welcome.port())
                        .put("idleTimeout", welcome.idleTimeout())
                        .put("lifetime", welcome.lifetime());
        putTimeouts(json, welcome.timeouts());
        json.put("maxPayload", welcome.maxPayload()).put("window", welcome.window());
        Frame.Resumption resume = welcome.resume();
        if (resume != null) {
            ObjectNode member =
                    json.putObject("resume")
                            .put("secret", resume.secret())
                            .put("grace", resume.grace());
            putIfPresent(member, "received", resume.received());
        }
        return json;
    }

    private static ObjectNode openJson(Frame.Open open) {
        ObjectNode json =
                JSON.createObjectNode()
                        .put("session", open.session())
                        .put("user", open.user())
                        .put("database", open.database());
        json.putObject("client")
                .put("address", open.client().address())
                .put("port", open.client().port());
        return json.put("application", open.application());
    }

    private static @Nullable ObjectNode refusalJson(@Nullable Refusal refusal) {
        if (refusal == null) {
            return null;
        }
        ObjectNode json =
                JSON.createObjectNode()
                        .put("sqlstate", refusal.sqlstate())
                        .put("message", refusal.message());
        putIfPresent(json, "detail", refusal.detail());
        putIfPresent(json, "hint", refusal.hint());
        return json;
    }

    private static ObjectNode goAwayJson(Frame.GoAway goAway) {
        return JSON.createObjectNode().put("code", goAway.code()).put("message", goAway.message());
    }

    private static void putIfPresent(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void putIfPresent(ObjectNode json, String name, @Nullable Integer value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void putIfPresent(ObjectNode json, String name, @Nullable Long value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
