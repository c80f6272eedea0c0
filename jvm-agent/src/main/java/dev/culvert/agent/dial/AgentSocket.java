package dev.culvert.agent.dial;

import dev.culvert.tunnel.stream.FrameOutput;

/** A WebSocket that is open, for sending. On the tunnel's thread. */
public interface AgentSocket extends FrameOutput {
    /**
     * Closes it; nothing is told of it any more.
     *
     * @param code a WebSocket close code
     * @param reason cut where it is too long
     */
    void close(int code, String reason);
}
