package dev.culvert.server;

import dev.culvert.pglite.PGlite;
import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The unnamed prepared statement of a session. A PGlite has one for everybody: queries of its
 * owner, which run between the batches, take its place. Drivers that describe a statement in one
 * batch and execute it in the next (Go's, for instance) must not execute somebody else's. So the
 * client's Parse is kept, and given again before a batch that uses its statement.
 *
 * <p>On the database's thread.
 */
final class UnnamedStatement {
    /** What is put before a batch, and the type of the message that answers it. */
    record Restored(byte[] messages, byte answer) {
        /** These messages, and the batch. */
        byte[] before(byte[] batch) {
            byte[] both = Arrays.copyOf(messages, messages.length + batch.length);
            System.arraycopy(batch, 0, both, messages.length, batch.length);
            return both;
        }
    }

    private static final int HEADER = 5;
    private static final byte STATEMENT = 'S';
    private static final byte[] CLOSE = {'C', 0, 0, 0, 6, STATEMENT, 0};

    /** Describe, and Sync. */
    private static final byte[] DESCRIBE = {'D', 0, 0, 0, 6, STATEMENT, 0, 'S', 0, 0, 0, 4};

    private static final String NO_SUCH_STATEMENT = "26000";
    private static final byte PARSE_COMPLETE = '1';
    private static final byte CLOSE_COMPLETE = '3';

    private enum Use {
        NONE,
        /** Counts on the statement that there is. */
        USES,
        /** Makes another, or none. */
        ENDS
    }

    /** The Parse that made it, or null when the client has none. */
    private byte @Nullable [] parse;

    /** Whether what the backend has under that name may be somebody else's. */
    private boolean taken = true;

    /** Whether the last batch failed where it may or may not have touched the statement. */
    private boolean doubtful;

    /** Others may have used the backend since. */
    void leave() {
        taken = true;
    }

    /**
     * What is to be run before a batch that counts on the statement, in one with it: an error is
     * the answer to the batch then, whose rest is skipped. Null for nothing.
     */
    @Nullable Restored restoreFor(byte[] batch) {
        if (!taken || isStartup(batch)) {
            return null;
        }
        for (int at = 0; at < batch.length; at = end(batch, at)) {
            Use use = useOf(batch, at);
            if (use == Use.NONE) {
                continue;
            }
            taken = false;
            if (use == Use.ENDS && at == 0) {
                // behind others, it may be that the message is skipped
                return null;
            }
            byte[] kept = parse;
            return kept == null
                    ? new Restored(CLOSE, CLOSE_COMPLETE)
                    : new Restored(kept, PARSE_COMPLETE);
        }
        return null;
    }

    /**
     * The backend has run a batch, in order up to the first error.
     *
     * @param parsed the ParseComplete messages in the client's answer
     * @param closed the CloseComplete messages in it
     * @param synced whether ReadyForQuery came
     * @param failed whether there was an error
     */
    void follow(byte[] batch, int parsed, int closed, boolean synced, boolean failed) {
        if (isStartup(batch)) {
            return;
        }
        int parsesLeft = parsed;
        int closesLeft = closed;
        for (int at = 0; at < batch.length; at = end(batch, at)) {
            byte type = batch[at];
            boolean done = synced && (!failed || at == 0);
            if (type == 'P') {
                done = parsesLeft-- > 0;
            } else if (type == 'C') {
                done = closesLeft-- > 0;
            }
            if (useOf(batch, at) == Use.ENDS) {
                if (!done) {
                    // it was skipped, or it is what failed, and has dropped the statement first
                    doubtful = true;
                    return;
                }
                doubtful = false;
                parse = type == 'P' ? Arrays.copyOfRange(batch, at, end(batch, at)) : null;
            }
        }
    }

    /** Another batch was run in this one's place. */
    void skip(byte[] batch) {
        taken = true;
        if (isStartup(batch)) {
            return;
        }
        for (int at = 0; at < batch.length; at = end(batch, at)) {
            if (useOf(batch, at) == Use.ENDS) {
                parse = null;
                doubtful = false;
            }
        }
    }

    /**
     * Finds out what has become of the statement where a batch failed, when the backend is idle,
     * and before anybody else has it.
     */
    void settle(PGlite database) {
        if (!doubtful) {
            return;
        }
        doubtful = false;
        ByteBuf answer = Unpooled.wrappedBuffer(database.exec(DESCRIBE));
        while (answer.readableBytes() >= HEADER) {
            byte type = answer.readByte();
            ByteBuf body = answer.readSlice(answer.getInt(answer.readerIndex()));
            if (type == 'E'
                    && ErrorResponse.parse(body.skipBytes(Integer.BYTES))
                            .sqlState()
                            .equals(NO_SUCH_STATEMENT)) {
                parse = null;
            }
        }
    }

    /** What the message at that place does with the unnamed statement. */
    private static Use useOf(byte[] batch, int at) {
        int body = at + HEADER;
        boolean isOfUnnamed =
                body + 1 < batch.length && batch[body] == STATEMENT && batch[body + 1] == 0;
        return switch (batch[at]) {
            case 'Q' -> Use.ENDS;
            case 'P' -> body < batch.length && batch[body] == 0 ? Use.ENDS : Use.NONE;
            case 'C' -> isOfUnnamed ? Use.ENDS : Use.NONE;
            case 'D' -> isOfUnnamed ? Use.USES : Use.NONE;
            case 'B' -> {
                int statement = body;
                while (statement < batch.length && batch[statement] != 0) {
                    statement++;
                }
                // behind the portal's name
                yield statement + 1 < batch.length && batch[statement + 1] == 0
                        ? Use.USES
                        : Use.NONE;
            }
            default -> Use.NONE;
        };
    }

    private static boolean isStartup(byte[] batch) {
        return batch.length == 0 || batch[0] == 0;
    }

    /** Where the next message begins; batches hold whole messages. */
    private static int end(byte[] batch, int at) {
        int length =
                (batch[at + 1] & 0xFF) << 24
                        | (batch[at + 2] & 0xFF) << 16
                        | (batch[at + 3] & 0xFF) << 8
                        | (batch[at + 4] & 0xFF);
        return at + 1 + length;
    }
}
