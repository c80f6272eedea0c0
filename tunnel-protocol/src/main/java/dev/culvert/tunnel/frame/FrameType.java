package dev.culvert.tunnel.frame;

import org.jspecify.annotations.Nullable;

/** Frame types and who may send them; PROTOCOL.md section 2. */
public enum FrameType {
    /** The agent introduces itself. */
    HELLO(0x01, Sender.AGENT, Scope.TUNNEL),
    /** The relay has taken the agent in. */
    WELCOME(0x02, Sender.RELAY, Scope.TUNNEL),
    /** A client has logged in; its session is a new stream. */
    OPEN(0x03, Sender.RELAY, Scope.STREAM),
    /** The agent will run the stream's batches. */
    ACCEPT(0x04, Sender.AGENT, Scope.STREAM),
    /** The agent will not; the stream is gone. */
    REJECT(0x05, Sender.AGENT, Scope.STREAM),
    /** Postgres messages. */
    DATA(0x06, Sender.BOTH, Scope.STREAM),
    /** Room for more DATA. */
    CREDIT(0x07, Sender.BOTH, Scope.STREAM),
    /** The client wants a batch cancelled. */
    CANCEL(0x08, Sender.RELAY, Scope.STREAM),
    /** The sender is done with the stream. */
    CLOSE(0x09, Sender.BOTH, Scope.STREAM),
    /** Are you there? */
    PING(0x0A, Sender.BOTH, Scope.TUNNEL),
    /** I am, and this is how I fare. */
    PONG(0x0B, Sender.BOTH, Scope.TUNNEL),
    /** Sequenced frames received so far. */
    ACK(0x0C, Sender.BOTH, Scope.TUNNEL),
    /** The sender is about to close the WebSocket. */
    GOAWAY(0x0D, Sender.BOTH, Scope.TUNNEL);

    /** Which side sends a frame. */
    public enum Sender {
        AGENT,
        RELAY,
        BOTH
    }

    /** Whether a frame belongs to the whole tunnel (stream 0) or to one stream. */
    public enum Scope {
        TUNNEL,
        STREAM
    }

    private static final FrameType[] BY_CODE = new FrameType[values().length + 1];

    static {
        for (FrameType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final Sender sender;
    private final Scope scope;

    FrameType(int code, Sender sender, Scope scope) {
        this.code = code;
        this.sender = sender;
        this.scope = scope;
    }

    /** The type byte on the wire. */
    public int code() {
        return code;
    }

    /** Whether this side ever receives such a frame. */
    public boolean isReceivedBy(Role receiver) {
        return switch (sender) {
            case BOTH -> true;
            case AGENT -> receiver == Role.RELAY;
            case RELAY -> receiver == Role.AGENT;
        };
    }

    /** Whether the frame is numbered, kept until it is acknowledged, and sent again. */
    public boolean isSequenced() {
        return scope == Scope.STREAM;
    }

    /** Tunnel or stream. */
    public Scope scope() {
        return scope;
    }

    /**
     * Looks a type byte up.
     *
     * @return the type, or null when this version does not know it: ignored when {@link
     *     #isExtension} holds, a violation otherwise
     */
    public static @Nullable FrameType of(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Whether an unknown type byte is one that receivers ignore (its high bit is set). */
    public static boolean isExtension(int code) {
        return (code & 0x80) != 0;
    }
}
