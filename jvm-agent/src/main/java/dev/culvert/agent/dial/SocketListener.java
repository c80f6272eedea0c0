package dev.culvert.agent.dial;

import io.netty.buffer.ByteBuf;

/** What a WebSocket does. Told on the tunnel's thread. */
public interface SocketListener {
    /** It is open, and speaks the subprotocol. */
    void onOpen(AgentSocket socket);

    /** It could not be opened. Nothing follows. */
    void onFailed(Throwable cause);

    /**
     * A binary message came.
     *
     * @param message stays the caller's
     */
    void onMessage(ByteBuf message);

    /** A text message came, or a part of a message: neither is allowed. */
    void onForeignMessage();

    /** It takes more again. */
    void onWritable();

    /**
     * It was closed by the relay, or broke. Nothing follows.
     *
     * @param code 1006 when it broke
     */
    void onClosed(int code, String reason);
}
