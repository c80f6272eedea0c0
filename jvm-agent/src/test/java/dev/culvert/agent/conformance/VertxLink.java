package dev.culvert.agent.conformance;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A link over a WebSocket of Vert.x, dialled or accepted. */
record VertxLink(WebSocket webSocket) implements ScriptedEnd.Link {
    /** What a WebSocket that ends without a Close frame is said to have ended with. */
    private static final short BROKEN = 1006;

    /**
     * Tells an end what comes. Called on the WebSocket's thread, in the turn in which it is made.
     */
    void tell(ScriptedEnd end) {
        webSocket.binaryMessageHandler(message -> end.onMessage(message.getBytes()));
        webSocket.closeHandler(_ -> {
            @Nullable Short code = webSocket.closeStatusCode();
            end.onClosed(
                    code == null ? BROKEN : code,
                    Objects.requireNonNullElse(webSocket.closeReason(), ""));
        });
    }

    @Override
    public void send(byte[] message) {
        webSocket.writeBinaryMessage(Buffer.buffer(message));
    }

    @Override
    public void sendText(String text) {
        webSocket.writeTextMessage(text);
    }

    @Override
    public void cut() {
        ChannelHandlerContext outermost =
                ((WebSocketInternal) webSocket).channelHandlerContext().pipeline().firstContext();
        if (outermost != null) {
            // past the handlers that would say Close first
            outermost.close();
        }
    }

    @Override
    public void close(int code) {
        webSocket.close((short) code, "because");
    }
}
