package dev.culvert.server;

import dev.culvert.pglite.PGlite;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Runs one session's batches on the database, keeps account of where they leave it, and brings it
 * back in the end. On the database's thread, where nothing else is said.
 */
final class BatchRunner {
    /** Gives the data of a COPY. */
    interface CopyReader {
        /** The next piece; null when the COPY was ended in its place. */
        byte @Nullable [] read(CopyFraming framing);
    }

    private final Outbox outbox;
    private final CopyReader copyReader;
    private final Runnable onNotificationsLost;
    private final AnswerScanner scanner = new AnswerScanner();
    private final UnnamedStatement unnamed = new UnnamedStatement();
    private TransactionStatus status = TransactionStatus.IDLE;

    /** False from a batch that ended in Flush, or in COPY, to the next ReadyForQuery. */
    private boolean synced = true;

    private boolean executing;
    private @Nullable SessionState before;
    private volatile @Nullable PGlite database;

    /** Ends the hearing of notifications, once the client has said LISTEN. */
    private @Nullable Runnable deafen;

    BatchRunner(Outbox outbox, CopyReader copyReader, Runnable onNotificationsLost) {
        this.outbox = outbox;
        this.copyReader = copyReader;
        this.onNotificationsLost = onNotificationsLost;
    }

    /** Whether the session is, or may begin, on this database. */
    boolean belongsTo(PGlite candidate) {
        return database == null || database == candidate;
    }

    /** Whether nothing is open on the database that only this session can end. */
    boolean isIdle() {
        return synced && status == TransactionStatus.IDLE;
    }

    /** Whether the answer so far has an error in it. From any thread. */
    boolean sawError() {
        return scanner.sawError();
    }

    /** Cancels what runs. From any thread that knows that it is this session's. */
    void cancel() {
        PGlite present = database;
        if (present != null) {
            present.cancel();
        }
    }

    /**
     * Runs a batch.
     *
     * @param cancelled whether it is to fail as cancelled
     * @return false when it is a StartupMessage that the backend refuses
     */
    boolean run(PGlite on, byte[] batch, boolean cancelled) {
        if (before == null) {
            database = on;
            before = SessionState.read(new OwnSql(on));
        }
        boolean isStartup = batch.length > 0 && batch[0] == 0;
        if (isIdle()) {
            unnamed.leave();
        }
        UnnamedStatement.Restored restored = cancelled ? null : unnamed.restoreFor(batch);
        scanner.begin(deafen != null, cancelled);
        if (restored != null) {
            scanner.dropFirst(restored.answer());
        }
        CopyFraming framing = new CopyFraming();
        executing = true;
        try {
            on.exec(
                    cancelled
                            ? FrontendMessages.raiseInPlaceOf(batch)
                            : restored == null ? batch : restored.before(batch),
                    this::write,
                    () -> copyReader.read(framing));
        } catch (Outbox.ClientGone e) {
            // the rest of the answer was not looked at
            status = TransactionStatus.FAILED;
            synced = false;
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        } finally {
            executing = false;
        }
        TransactionStatus told = scanner.status();
        synced = told != null || isStartup;
        status = told == null ? status : told;
        if (cancelled) {
            unnamed.skip(batch);
        } else {
            unnamed.follow(
                    batch, scanner.parsed(), scanner.closed(), told != null, scanner.sawError());
        }
        if (isIdle()) {
            unnamed.settle(on);
        }
        if (scanner.completed("LISTEN") && deafen == null) {
            deafen = on.onNotification(this::onNotification);
        }
        if (isIdle() && (scanner.completed("UNLISTEN") || scanner.completed("DISCARD ALL"))) {
            before.listenAgain(new OwnSql(on));
        }
        return true;
    }

    private void write(byte[] bytes, int offset, int length) {
        scanner.scan(bytes, offset, length, outbox.piece());
        outbox.written(scanner.isUrgent());
    }

    /** What comes with a batch of this session stands in its answer; this is about others'. */
    private void onNotification(String channel, String payload) {
        SessionState present = before;
        if (executing || present == null) {
            return;
        }
        ByteBuf message = Unpooled.buffer();
        message.writeByte('A').writeInt(0).writeInt(present.processId());
        message.writeCharSequence(channel, StandardCharsets.UTF_8);
        message.writeByte(0);
        message.writeCharSequence(payload, StandardCharsets.UTF_8);
        message.writeByte(0);
        message.setInt(1, message.readableBytes() - 1);
        if (!outbox.notification(message)) {
            onNotificationsLost.run();
        }
    }

    /** Brings the database back to what it was when the session began. */
    void reset() {
        PGlite present = database;
        SessionState state = before;
        if (present == null || state == null) {
            return;
        }
        if (deafen != null) {
            deafen.run();
        }
        OwnSql sql = new OwnSql(present);
        if (!synced) {
            // not just Sync, which would commit what no Sync of the client's has asked for
            scanner.begin(false, false);
            present.exec(FrontendMessages.raiseInPlaceOf(FrontendMessages.sync()), this::write);
            TransactionStatus told = scanner.status();
            status = told == null ? status : told;
        }
        if (status != TransactionStatus.IDLE) {
            sql.run("ROLLBACK");
        }
        state.restore(sql);
        before = null;
    }
}
