package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.frame.Frame;

/** Where a conversation's frames go: the WebSocket. */
public interface FrameOutput {
    /** Sends a frame. Takes over the payload of DATA. */
    void send(Frame frame);

    /**
     * Whether the WebSocket takes DATA now. While it does not, DATA waits in its stream; whoever
     * owns the WebSocket calls {@link RelayTunnel#onWritable} when it does again. Other frames are
     * sent in any case: they are few and small.
     */
    boolean isWritable();
}
