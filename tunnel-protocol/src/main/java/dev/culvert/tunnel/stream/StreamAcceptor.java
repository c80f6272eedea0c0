package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import org.jspecify.annotations.Nullable;

/** Takes an agent's new sessions in, or not. Called on the tunnel's thread. */
public interface StreamAcceptor {
    /**
     * A client has logged in.
     *
     * @return why its session is not taken in, or null if it is
     */
    default @Nullable Refusal rejects(Frame.Open open) {
        return null;
    }

    /**
     * The session is taken in: ACCEPT is sent.
     *
     * @param stream may be used at once
     * @return hears what happens on the stream
     */
    AgentStreamListener begin(Frame.Open open, AgentStream stream);
}
