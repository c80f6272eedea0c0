package dev.culvert.tunnel.codec;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.FrameType;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.frame.Role;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads frames as one side of a tunnel receives them. Stateless and thread-safe. */
public final class FrameDecoder {
    private static final int FLAG_END = 0x01;
    private static final int MAX_TEXT = 1_000;
    private static final int MAX_AGENT_TEXT = 100;
    private static final int MAX_NAME = 255;
    private static final int MAX_TOKEN = 8_192;
    private static final int MAX_VERIFIER = 2_048;
    private static final int MAX_CIDR = 50;
    private static final int MAX_SECONDS = 366 * 24 * 3_600;

    private FrameDecoder() {}

    /**
     * Decodes one WebSocket message.
     *
     * <p>Leaves the ownership of {@code message} with the caller; the payload of a DATA frame is a
     * retained slice of it, owned by the frame.
     *
     * @param receiver which side this is
     * @return the frame, or null for one that this version ignores
     * @throws ProtocolViolationException when the peer broke the specification
     */
    public static @Nullable Frame decode(ByteBuf message, Role receiver) {
        int size = message.readableBytes();
        if (size < Frame.HEADER_BYTES) {
            throw new ProtocolViolationException("a frame of " + size + " bytes has no header");
        }
        if (size > Frame.HEADER_BYTES + Frame.MAX_PAYLOAD) {
            throw new ProtocolViolationException("a frame of " + size + " bytes is too large");
        }
        int start = message.readerIndex();
        int code = message.getUnsignedByte(start);
        FrameType type = FrameType.of(code);
        if (type == null) {
            if (FrameType.isExtension(code)) {
                return null;
            }
            throw new ProtocolViolationException("unknown frame type " + code);
        }
        if (!type.isReceivedBy(receiver)) {
            throw new ProtocolViolationException(type + " is not for this side");
        }
        int flags = message.getUnsignedByte(start + 1);
        int stream = message.getInt(start + 4);
        if ((stream == 0) != (type.scope() == FrameType.Scope.TUNNEL)) {
            throw new ProtocolViolationException(
                    type + " on stream " + Integer.toUnsignedString(stream));
        }
        ByteBuf payload = message.slice(start + Frame.HEADER_BYTES, size - Frame.HEADER_BYTES);
        return switch (type) {
            case DATA -> new Frame.Data(stream, payload.retain(), (flags & FLAG_END) != 0);
            case CREDIT -> credit(stream, payload);
            case CANCEL -> cancel(stream, payload);
            case ACCEPT -> {
                requireLength(type, payload, 0);
                yield new Frame.Accept(stream);
            }
            case PING -> new Frame.Ping(eightBytes(type, payload));
            case PONG -> new Frame.Pong(eightBytes(type, payload), pongFlags(flags));
            case ACK -> new Frame.Ack(eightBytes(type, payload));
            case HELLO -> hello(JsonPayload.parse("HELLO", payload));
            case WELCOME -> welcome(JsonPayload.parse("WELCOME", payload));
            case OPEN -> open(stream, JsonPayload.parse("OPEN", payload));
            case REJECT -> new Frame.Reject(stream, refusal(JsonPayload.parse("REJECT", payload)));
            case CLOSE ->
                    new Frame.Close(
                            stream,
                            payload.isReadable()
                                    ? refusal(JsonPayload.parse("CLOSE", payload))
                                    : null);
            case GOAWAY -> goAway(JsonPayload.parse("GOAWAY", payload));
        };
    }

    private static void requireLength(FrameType type, ByteBuf payload, int length) {
        if (payload.readableBytes() != length) {
            throw new ProtocolViolationException(
                    type + " with " + payload.readableBytes() + " bytes instead of " + length);
        }
    }

    private static long eightBytes(FrameType type, ByteBuf payload) {
        requireLength(type, payload, Long.BYTES);
        return payload.getLong(0);
    }

    private static Frame.Credit credit(int stream, ByteBuf payload) {
        requireLength(FrameType.CREDIT, payload, Integer.BYTES);
        int bytes = payload.getInt(0);
        if (bytes <= 0) {
            throw new ProtocolViolationException(
                    "CREDIT of " + Integer.toUnsignedString(bytes) + " bytes");
        }
        return new Frame.Credit(stream, bytes);
    }

    private static Frame.Cancel cancel(int stream, ByteBuf payload) {
        requireLength(FrameType.CANCEL, payload, Integer.BYTES);
        int batch = payload.getInt(0);
        if (batch == 0) {
            throw new ProtocolViolationException("CANCEL of batch 0");
        }
        return new Frame.Cancel(stream, batch);
    }

    private static Set<Frame.PongFlag> pongFlags(int flags) {
        EnumSet<Frame.PongFlag> set = EnumSet.noneOf(Frame.PongFlag.class);
        for (Frame.PongFlag flag : Frame.PongFlag.values()) {
            if ((flags & flag.bit()) != 0) {
                set.add(flag);
            }
        }
        return set;
    }

    private static Frame.Hello hello(JsonPayload json) {
        json.integer("version", Frame.VERSION, Frame.VERSION);
        List<Frame.User> users = new ArrayList<>();
        for (JsonPayload user : json.objects("users", 1, Frame.Hello.MAX_USERS)) {
            users.add(user(user));
        }
        JsonPayload backend = json.object("backend");
        return new Frame.Hello(
                json.text("agent", MAX_AGENT_TEXT),
                json.optionalText("name", MAX_NAME),
                json.optionalText("token", MAX_TOKEN),
                json.optionalText("mode", MAX_NAME),
                List.copyOf(users),
                json.optionalTexts("allow", Frame.Hello.MAX_ALLOW, MAX_CIDR),
                new Frame.Backend(
                        backendKind(backend.text("kind", MAX_NAME)),
                        backend.text("version", MAX_AGENT_TEXT)),
                json.optionalInteger("idleTimeout", 1, MAX_SECONDS),
                json.optionalInteger("lifetime", 1, MAX_SECONDS),
                timeouts(json.optionalObject("timeouts")),
                json.integer("window", Frame.Hello.MIN_WINDOW, Frame.Hello.MAX_WINDOW),
                json.flag("resumable"),
                resume(json.optionalObject("resume")));
    }

    private static Frame.Timeouts timeouts(@Nullable JsonPayload json) {
        return json == null
                ? Frame.Timeouts.NONE
                : new Frame.Timeouts(
                        json.optionalInteger("idleInTransaction", 1, MAX_SECONDS),
                        json.optionalInteger("statement", 1, MAX_SECONDS),
                        json.optionalInteger("queue", 1, MAX_SECONDS));
    }

    private static Frame.@Nullable Resume resume(@Nullable JsonPayload json) {
        return json == null
                ? null
                : new Frame.Resume(
                        json.text("name", MAX_NAME),
                        json.text("secret", MAX_NAME),
                        json.optionalLong("received", 0, Long.MAX_VALUE));
    }

    private static Frame.@Nullable Resumption resumption(@Nullable JsonPayload json) {
        if (json == null) {
            return null;
        }
        String secret = json.text("secret", Frame.Resumption.SECRET_LENGTH);
        if (secret.length() != Frame.Resumption.SECRET_LENGTH) {
            throw new ProtocolViolationException("WELCOME: the secret's length is wrong");
        }
        return new Frame.Resumption(
                secret,
                json.integer("grace", 1, MAX_SECONDS),
                json.optionalLong("received", 0, Long.MAX_VALUE));
    }

    private static Frame.User user(JsonPayload json) {
        String verifier = json.optionalText("verifier", MAX_VERIFIER);
        String auth = json.optionalText("auth", MAX_NAME);
        if (auth != null && !auth.equals("none")) {
            throw new ProtocolViolationException("HELLO: unknown auth of a user");
        }
        if ((verifier == null) == (auth == null)) {
            throw new ProtocolViolationException(
                    "HELLO: a user has either a verifier or the auth none");
        }
        return new Frame.User(
                json.text("name", MAX_NAME),
                verifier,
                json.optionalLong("expires", 0, Frame.User.MAX_EXPIRES));
    }

    private static Frame.Backend.Kind backendKind(String kind) {
        return switch (kind) {
            case "pglite" -> Frame.Backend.Kind.PGLITE;
            case "postgres" -> Frame.Backend.Kind.POSTGRES;
            default -> throw new ProtocolViolationException("HELLO: unknown backend kind");
        };
    }

    private static Frame.Welcome welcome(JsonPayload json) {
        json.integer("version", Frame.VERSION, Frame.VERSION);
        return new Frame.Welcome(
                json.text("relay", MAX_AGENT_TEXT),
                json.text("name", MAX_NAME),
                json.text("host", MAX_NAME),
                json.integer("port", 1, 65_535),
                json.integer("idleTimeout", 1, MAX_SECONDS),
                json.integer("lifetime", 1, MAX_SECONDS),
                timeouts(json.optionalObject("timeouts")),
                json.integer("maxPayload", 1_024, Frame.MAX_PAYLOAD),
                json.integer("window", Frame.Hello.MIN_WINDOW, Frame.Hello.MAX_WINDOW),
                resumption(json.optionalObject("resume")));
    }

    private static Frame.Open open(int stream, JsonPayload json) {
        JsonPayload client = json.object("client");
        return new Frame.Open(
                stream,
                json.text("session", MAX_NAME),
                json.text("user", MAX_TEXT),
                json.text("database", MAX_TEXT),
                new Frame.Client(
                        client.text("address", MAX_NAME), client.integer("port", 0, 65_535)),
                json.text("application", MAX_TEXT));
    }

    private static Refusal refusal(JsonPayload json) {
        return new Refusal(
                json.text("sqlstate", Frame.MAX_PAYLOAD),
                json.text("message", Frame.MAX_PAYLOAD),
                json.optionalText("detail", Frame.MAX_PAYLOAD),
                json.optionalText("hint", Frame.MAX_PAYLOAD));
    }

    private static Frame.GoAway goAway(JsonPayload json) {
        return new Frame.GoAway(json.text("code", MAX_NAME), json.text("message", MAX_TEXT));
    }
}
