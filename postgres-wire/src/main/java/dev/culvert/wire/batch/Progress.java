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
    NEEDS_HEADER
}
