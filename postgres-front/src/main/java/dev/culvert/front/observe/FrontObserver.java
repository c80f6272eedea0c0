package dev.culvert.front.observe;

import dev.culvert.front.refuse.Refusal;
import org.jspecify.annotations.Nullable;

/** Hears of sessions and refusals. Called on event loops; must not block. */
public interface FrontObserver {
    /** A client has logged in and got its backend. */
    void onSessionStarted(SessionInfo session);

    /** A session has ended, having come to this; the reason says why. */
    void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason);

    /** A client was refused before it had a session. */
    void onRefused(RefusedClient client, Refusal refusal);

    /**
     * A TLS handshake is over.
     *
     * @param version such as {@code TLSv1.3}; null when it failed
     */
    default void onTlsHandshake(@Nullable String version) {}

    /** A CancelRequest came. */
    default void onCancelRequest() {}

    /** A client's turn came after this many nanoseconds in the queue. */
    default void onQueueWait(long nanos) {}

    /** A client in a session sent this many bytes. */
    default void onBytesToDatabase(int bytes) {}

    /** A session's database sent this many bytes for its client. */
    default void onBytesToClient(int bytes) {}

    /** A client's batch is complete, and on its way. */
    default void onBatchToDatabase() {}

    /** The answer to a batch is complete. */
    default void onBatchAnswered() {}

    /**
     * How long a batch took that was alone on its way.
     *
     * @param relayNanos from the client's last byte until the backend had it, and from the last
     *     byte of the answer until the client's socket had it
     * @param agentNanos in between
     */
    default void onBatchTimed(long relayNanos, long agentNanos) {}
}
