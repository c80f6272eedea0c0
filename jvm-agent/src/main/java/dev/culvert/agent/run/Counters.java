package dev.culvert.agent.run;

import dev.culvert.wire.message.TransactionStatus;
import java.util.concurrent.atomic.LongAdder;

/** Counts what sessions do. Written on the tunnel's thread, read on any. */
final class Counters {
    private final LongAdder clients = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder statements = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private volatile TransactionStatus transaction = TransactionStatus.IDLE;

    void onClients(int change) {
        clients.add(change);
        transaction = TransactionStatus.IDLE;
    }

    void onBatches(int change) {
        unanswered.add(change);
    }

    void onReceived(int bytes) {
        received.add(bytes);
    }

    void onAnswer(long newStatements, TransactionStatus status) {
        statements.add(newStatements);
        transaction = status;
    }

    void onSent(int bytes) {
        sent.add(bytes);
    }

    Activity now() {
        return new Activity(
                clients.intValue(),
                unanswered.sum() > 0,
                transaction,
                statements.sum(),
                received.sum(),
                sent.sum());
    }
}
