package dev.culvert.agent.run;

import dev.culvert.wire.message.TransactionStatus;

/**
 * What clients have done until a moment.
 *
 * @param clients that are connected
 * @param busy whether a batch of theirs runs
 * @param transaction as the last answer left it
 * @param statements that were completed
 * @param received bytes of batches
 * @param sent bytes of answers that are on their way
 */
public record Activity(
        int clients,
        boolean busy,
        TransactionStatus transaction,
        long statements,
        long received,
        long sent) {}
