package dev.culvert.tunnel.stream;

import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What happens on a stream, told to the relay's session. Called on the tunnel's thread. */
public interface StreamListener {
    /** The agent will run the stream's batches. */
    void onAccepted();

    /**
     * The backend's bytes. The listener owns {@code payload}, and calls {@link
     * RelayStream#consumed} when the client has it.
     *
     * @param end whether this ends the answer to a batch
     */
    void onData(ByteBuf payload, boolean end);

    /** This many bytes given to {@link RelayStream#send} are on their way. */
    void onSent(int bytes);

    /** What waits in {@link RelayStream#send} waits for credit from now on. */
    default void onStalled() {}

    /** The agent may send nothing from now on until something is consumed. */
    default void onAgentStalled() {}

    /**
     * The stream is over, and not because this side closed it. Nothing follows.
     *
     * @param reason what the agent said, or null when it just closed
     */
    void onEnd(@Nullable Refusal reason);
}
