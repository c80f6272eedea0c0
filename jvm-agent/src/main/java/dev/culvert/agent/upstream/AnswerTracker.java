package dev.culvert.agent.upstream;

/**
 * Knows where the answer to a batch ends, by the messages of both sides. One batch is under way at
 * a time.
 *
 * <pre>
 *   READY ── begin() ──▶ UNDER_WAY ── the answer is complete ──▶ READY
 *                           │                                      or, behind a CopyInResponse,
 *                           └────────────────────────────────────▶ COPY_IN, until it is answered
 * </pre>
 *
 * <p>A batch that ends in Query, FunctionCall or Sync is answered with ReadyForQuery. One that ends
 * in Flush is answered when each of its messages is, or when one has failed: the server then skips
 * everything up to a Sync. Source: Postgres' documentation, "Message Flow", and {@code
 * PostgresMain} (postgres.c).
 *
 * <p>No I/O; not thread-safe.
 */
final class AnswerTracker {
    private enum State {
        /** The server waits for a batch. */
        READY,
        /** A batch is being sent, or is being answered. */
        UNDER_WAY,
        /** The server waits for the data of a COPY. */
        COPY_IN
    }

    private State state = State.READY;

    /** Messages of the extended protocol that have no answer yet. */
    private int expected;

    /** The last message of the batch; 0 while it has not been sent whole. */
    private byte last;

    /** An error came, and no Sync since: the server skips what it gets. */
    private boolean skipping;

    /** Whether the batch is the data of a COPY. */
    private boolean ofCopy;

    /** Whether an Execute began the COPY, so that no ReadyForQuery ends it. */
    private boolean executed;

    /** The last message of the batch so far. */
    private byte latest;

    /** Whether the last ReadyForQuery was outside of a transaction, as the first one is. */
    private boolean idle = true;

    /** Whether a batch is being sent or answered. */
    boolean isUnderWay() {
        return state == State.UNDER_WAY;
    }

    /** Whether the server waits for the data of a COPY. */
    boolean isCopyIn() {
        return state == State.COPY_IN;
    }

    /** Whether the server has all that it needs to answer: what is cancelled now, it runs. */
    boolean isSent() {
        return state == State.COPY_IN || (state == State.UNDER_WAY && (ofCopy || last != 0));
    }

    /** Whether nothing is under way, outside of a transaction, and the server skips nothing. */
    boolean isIdle() {
        return state == State.READY && idle && !skipping;
    }

    /** The last message of the batch so far. */
    byte latest() {
        return latest;
    }

    /** The first bytes of a batch are about to be sent. */
    void begin() {
        ofCopy = state == State.COPY_IN;
        state = State.UNDER_WAY;
        last = 0;
        latest = 0;
    }

    /** A message of the batch is being sent; or of one that the server is not to see. */
    void onFrontend(byte type) {
        latest = type;
        switch (type) {
            case 'P', 'B', 'D', 'C', 'E' -> expected += skipping || state == State.READY ? 0 : 1;
            default -> {
                // answered with what ends the batch, or not at all
            }
        }
    }

    /**
     * The batch has been sent whole.
     *
     * @return whether its answer is complete with that
     */
    boolean onSent() {
        last = latest;
        return state == State.UNDER_WAY && !ofCopy && isFlushAnswered() && complete();
    }

    /**
     * The server has said a message.
     *
     * @param end the last byte of it: a ReadyForQuery's status
     * @return whether the answer to the batch, or to a COPY whose data has not come whole, is
     *     complete with it
     */
    boolean onBackend(byte type, byte end) {
        if (type == 'Z') {
            idle = end == 'I';
            skipping = false;
            expected = 0;
        }
        if (state == State.READY) {
            return false; // notices, notifications, changed parameters
        }
        boolean copy = ofCopy || state == State.COPY_IN;
        switch (type) {
            // RowDescription is Describe's; a Query's comes when nothing is expected
            case '1', '2', '3', 'n', 's', 'I', 'T' -> answered();
            case 'C' -> {
                answered();
                if (copy && executed) {
                    return completeCopy();
                }
            }
            case 'G' -> {
                executed = expected > 0;
                answered();
                state = State.COPY_IN;
                ofCopy = false;
                return true;
            }
            case 'E' -> {
                if (copy && executed) {
                    skipping = true;
                    expected = 0;
                    return completeCopy();
                }
                if (expected > 0) {
                    skipping = true;
                    expected = 0;
                }
            }
            case 'Z' -> {
                return copy ? completeCopy() : complete();
            }
            default -> {
                // rows, COPY data, and what belongs to no answer
            }
        }
        return state == State.UNDER_WAY && !ofCopy && last != 0 && isFlushAnswered() && complete();
    }

    private void answered() {
        if (expected > 0) {
            expected--;
        }
    }

    /** A Sync is always answered; anything else is skipped behind an error. */
    private boolean isFlushAnswered() {
        return skipping ? last != 'S' : last == 'H' && expected == 0;
    }

    private boolean completeCopy() {
        executed = false;
        return complete();
    }

    private boolean complete() {
        state = State.READY;
        ofCopy = false;
        return true;
    }
}
