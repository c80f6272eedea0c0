package dev.culvert.wire.batch;

/** The message that ended a batch: what the backend will answer to. */
public enum BatchEnd {
    /** Answered up to ReadyForQuery, unless it starts a COPY FROM STDIN. */
    QUERY,
    /**
     * Answered up to ReadyForQuery, unless a COPY FROM STDIN started before it: see BatchReader.
     */
    SYNC,
    /** Answered with what has accumulated, without ReadyForQuery. */
    FLUSH,
    /** Answered up to ReadyForQuery. */
    FUNCTION_CALL,
    /**
     * Ends a COPY. Followed by ReadyForQuery when a Query began the COPY; otherwise the client
     * sends Sync next.
     */
    COPY_DONE,
    /** Like {@link #COPY_DONE}, with an error as the answer. */
    COPY_FAIL
}
