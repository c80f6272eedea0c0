package dev.culvert.front.backend;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;

/** The backend's end of a session. Called on the thread of the client's connection. */
public interface BackendEvents {
    /**
     * The backend's bytes, in order.
     *
     * @param bytes taken over; {@link BackendSession#consumed} tells when the client has them
     * @param endOfAnswer whether this ends the answer to a batch
     */
    void onData(ByteBuf bytes, boolean endOfAnswer);

    /** This many bytes given to {@link BackendSession#send} have left. */
    void onSent(int bytes);

    /**
     * The backend will be gone soon: the session is to end as soon as it waits for its client
     * outside of a transaction.
     *
     * @param reason what the client is then told
     */
    void onEndWhenIdle(Refusal reason);

    /** Something that the client should know, when it can be told. */
    void onNotice(ErrorResponse notice);

    /** The backend ended the session. Nothing follows. */
    void onEnd(Refusal reason);
}
