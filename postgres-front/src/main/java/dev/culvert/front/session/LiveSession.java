package dev.culvert.front.session;

import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import java.time.Instant;

/** A session, for consoles. Thread-safe. */
public interface LiveSession {
    /** Whose it is. */
    SessionInfo info();

    /** When it began. */
    Instant since();

    /** Bytes that the client sent. */
    long bytesToDatabase();

    /** Bytes that the database sent. */
    long bytesToClient();

    /** Batches that the client sent. */
    long batches();

    /** Whether a batch has no whole answer yet. */
    boolean isBusy();

    /** Ends the session now. */
    void end(Refusal reason);

    /** Ends the session as soon as it waits for its client outside of a transaction. */
    void endWhenIdle(Refusal reason);
}
