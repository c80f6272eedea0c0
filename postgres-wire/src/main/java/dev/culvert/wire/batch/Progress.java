package dev.culvert.wire.batch;

/** Why {@link BatchReader#scan} stopped. */
public enum Progress {
    /** All bytes were looked at and may be forwarded; the batch goes on. */
    PARTIAL,
    /**
     * The forwardable bytes end a batch. There may be more bytes: scan again when its time comes.
     */
    END_OF_BATCH,
    /** Behind the forwardable bytes are some to skip. There may be more bytes: scan again. */
    DISCARD,
    /** Behind the forwardable bytes stands Terminate, to be skipped. The session is over. */
    TERMINATE,
    /** Behind the forwardable bytes are 1 to 4 bytes of a header: keep them until more come. */
    NEEDS_HEADER,
    /**
     * Behind the forwardable bytes stands a message of a COPY, and only the backend's answers will
     * tell whether it waits for it: keep the bytes, and scan again when they have come. Inside a
     * batch, end that with a Flush first ({@link BatchReader#endWithFlush}): the backend answers an
     * Execute that begins a COPY without being asked to.
     */
    UNDECIDED
}
