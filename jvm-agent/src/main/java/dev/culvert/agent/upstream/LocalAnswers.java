package dev.culvert.agent.upstream;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Answers batches in the server's place, outside of a transaction: one that was cancelled before it
 * was sent, and what the server would skip behind its error.
 *
 * <pre>
 *   OFF ── refuse() ──▶ REFUSING ── it ends in Flush ──▶ SKIPPING ── a batch ends in Sync ──▶ OFF
 *                          └── it ends otherwise ──▶ OFF
 * </pre>
 *
 * <p>No I/O; not thread-safe.
 */
final class LocalAnswers {
    private static final String CANCELLED = "canceling statement due to user request";

    private enum State {
        /** Batches are the server's. */
        OFF,
        /** The batch that comes has been cancelled. */
        REFUSING,
        /** The cancelled batch was not the end of its round. */
        SKIPPING
    }

    private State state = State.OFF;

    /** Whether the batch that comes is not for the server. */
    boolean isOn() {
        return state != State.OFF;
    }

    /** The next batch has been cancelled. */
    void refuse() {
        state = State.REFUSING;
    }

    /**
     * The batch has come whole.
     *
     * @param last the type of its last message
     * @return its answer
     */
    ByteBuf answer(byte last) {
        if (state == State.SKIPPING && last != 'S') {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf answer = Unpooled.buffer();
        if (state == State.REFUSING) {
            ErrorResponse.error(SqlState.QUERY_CANCELED, CANCELLED).writeTo(answer);
        }
        state = last == 'H' ? State.SKIPPING : State.OFF;
        if (state == State.OFF) {
            BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
        }
        return answer;
    }
}
