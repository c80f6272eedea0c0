package dev.culvert.server;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What a cancelled batch is answered that never ran. */
final class Cancel {
    /** As Postgres says it. */
    static final String TEXT = "canceling statement due to user request";

    private Cancel() {}

    /** The answer of a session outside of a transaction. */
    static ByteBuf answer() {
        ByteBuf answer = Unpooled.buffer();
        ErrorResponse.error(SqlState.QUERY_CANCELED, TEXT).writeTo(answer);
        BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
        return answer;
    }
}
