package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.Frame;
import java.time.Instant;

/** What a tunnel tells its owner. On the tunnel's thread. */
public interface TunnelListener {
    /** Clients can connect: for the first time, or again. */
    void onLive(Frame.Welcome welcome);

    /**
     * The connection broke, and the agent dials again; clients wait.
     *
     * @param attempt how often it has dialled
     */
    void onResuming(Instant since, int attempt);

    /**
     * The relay drains, and the agent dials another one; clients go on meanwhile.
     *
     * @param reason what the relay's operator says
     * @param attempt how often the agent has dialled
     */
    void onMoving(String reason, int attempt);

    /** The tunnel has ended, or never came about. Nothing follows. */
    void onClosed(ClosedReason reason);
}
