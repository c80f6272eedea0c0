package dev.culvert.front.backend;

import io.netty.buffer.ByteBuf;

/** The front's end of a session. Called on the thread of the client's connection. */
public interface BackendSession {
    /**
     * Sends a piece of a batch. {@link BackendEvents#onSent} reports progress; the front stops
     * reading from the client while too much is on its way.
     *
     * @param bytes taken over
     * @param endOfBatch whether this ends the batch
     */
    void send(ByteBuf bytes, boolean endOfBatch);

    /** The client has taken this many bytes of what {@link BackendEvents#onData} gave. */
    void consumed(int bytes);

    /** Cancels a batch, if it is still waiting or running; batches count from 1. */
    void cancel(int batch);

    /** Ends the session after what was sent. No event follows. */
    void close();
}
