package dev.culvert.front.session;

import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.SequencedMap;

/** What a logged-in client reads when its session begins; Postgres documentation, "Start-up". */
final class ClientGreeting {
    private ClientGreeting() {}

    /** Writes ParameterStatus, BackendKeyData and ReadyForQuery. */
    static void writeTo(ByteBuf out, SequencedMap<String, String> parameters, CancelKeys.Key key) {
        parameters.forEach((name, value) -> BackendMessages.parameterStatus(out, name, value));
        BackendMessages.backendKeyData(out, key.processId(), key.secret());
        BackendMessages.readyForQuery(out, TransactionStatus.IDLE);
    }
}
