package dev.culvert.tunnel.stream;

import io.netty.buffer.ByteBuf;

/** What happens on a stream, told to the agent's session. Called on the tunnel's thread. */
public interface AgentStreamListener {
    /**
     * A piece of a batch. The listener owns {@code payload}, and calls {@link AgentStream#consumed}
     * when the backend has it.
     *
     * @param end whether this ends the batch
     */
    void onData(ByteBuf payload, boolean end);

    /** This many bytes given to {@link AgentStream#send} are on their way. */
    void onSent(int bytes);

    /** The client wants a batch cancelled; batches count from 1. */
    void onCancel(int batch);

    /**
     * No client is behind the stream any more, and nothing is told after this: the relay has closed
     * it, or the tunnel is over. What came before is still to be run; then {@link
     * AgentStream#close} answers the relay.
     */
    void onClose();
}
