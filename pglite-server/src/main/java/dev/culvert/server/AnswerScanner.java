package dev.culvert.server;

import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of the backend's answers while their chunks come, in whatever pieces, and
 * passes on what is for the client: all but notifications that the client did not ask for. Bodies
 * are looked at only of ReadyForQuery and CommandComplete; everything else is copied in stretches
 * as long as the chunks.
 *
 * <p>Used on the database's thread, but for {@link #sawError}.
 */
final class AnswerScanner {
    private static final int HEADER = 5;

    /** Longer than any tag: of a longer CommandComplete nothing is read. */
    private static final int MAX_TAG_MESSAGE = 128;

    private enum Mode {
        /** The body is passed on. */
        PASS,
        /** The body is passed on, when it has come whole and was read. */
        READ,
        /** The message is dropped. */
        DROP
    }

    private final byte[] header = new byte[HEADER];
    private final byte[] body = new byte[MAX_TAG_MESSAGE];
    private int headerKnown;
    private int bodyLength;
    private int bodyLeft;
    private Mode mode = Mode.PASS;

    private boolean passesNotifications;
    private boolean fromErrorOn;
    private boolean sawPromptly;
    private @Nullable TransactionStatus status;
    private final Set<String> commands = new HashSet<>();
    private volatile boolean sawError;

    /** The type of a message that is not for the client when it comes first, or 0. */
    private byte dropped;

    private int parsed;
    private int closed;

    /**
     * The next answer begins.
     *
     * @param withNotifications whether the client gets those that come with it
     * @param onlyFromErrorOn whether what comes before an error is dropped
     */
    void begin(boolean withNotifications, boolean onlyFromErrorOn) {
        passesNotifications = withNotifications;
        fromErrorOn = onlyFromErrorOn;
        status = null;
        sawError = false;
        dropped = 0;
        parsed = 0;
        closed = 0;
        commands.clear();
    }

    /** The next message of this type is not for the client, unless an error comes first. */
    void dropFirst(byte type) {
        dropped = type;
    }

    /** ParseComplete messages of this answer that were for the client. */
    int parsed() {
        return parsed;
    }

    /** CloseComplete messages of this answer that were for the client. */
    int closed() {
        return closed;
    }

    /** What the last ReadyForQuery of this answer said; null when there was none. */
    @Nullable TransactionStatus status() {
        return status;
    }

    /** Whether there was an ErrorResponse. From any thread. */
    boolean sawError() {
        return sawError;
    }

    /** Whether a command of this name was completed: a tag without numbers. */
    boolean completed(String command) {
        return commands.contains(command);
    }

    /** Whether the last chunks had a notice, which is not to wait for more. Asking resets it. */
    boolean isUrgent() {
        boolean urgent = sawPromptly;
        sawPromptly = false;
        return urgent;
    }

    /** Takes a chunk, and writes what is for the client. */
    void scan(byte[] bytes, int offset, int length, ByteBuf out) {
        int end = offset + length;
        int at = offset;
        int passedFrom = offset;
        while (at < end) {
            if (headerKnown == HEADER) {
                int count = Math.min(bodyLeft, end - at);
                if (mode != Mode.PASS) {
                    out.writeBytes(bytes, passedFrom, at - passedFrom);
                    if (mode == Mode.READ) {
                        System.arraycopy(bytes, at, body, bodyLength - bodyLeft, count);
                    }
                    passedFrom = at + count;
                }
                at += count;
                bodyLeft -= count;
            } else if (headerKnown == 0 && end - at >= HEADER) {
                System.arraycopy(bytes, at, header, 0, HEADER);
                headerKnown = HEADER;
                startBody();
                if (mode != Mode.PASS) {
                    out.writeBytes(bytes, passedFrom, at - passedFrom);
                    passedFrom = at + HEADER;
                }
                at += HEADER;
            } else {
                out.writeBytes(bytes, passedFrom, at - passedFrom);
                header[headerKnown++] = bytes[at++];
                passedFrom = at;
                if (headerKnown == HEADER) {
                    startBody();
                    if (mode == Mode.PASS) {
                        out.writeBytes(header);
                    }
                }
            }
            if (headerKnown == HEADER && bodyLeft == 0) {
                endBody(out);
            }
        }
        out.writeBytes(bytes, passedFrom, end - passedFrom);
    }

    private void startBody() {
        bodyLength =
                ((header[1] & 0xFF) << 24
                                | (header[2] & 0xFF) << 16
                                | (header[3] & 0xFF) << 8
                                | (header[4] & 0xFF))
                        - Integer.BYTES;
        bodyLeft = bodyLength;
        byte type = header[0];
        sawError |= type == 'E';
        sawPromptly |= type == 'N';
        if (fromErrorOn && !sawError && type != 'Z') {
            mode = Mode.DROP;
        } else if (dropped != 0 && type == dropped && !sawError) {
            dropped = 0;
            mode = Mode.DROP;
        } else {
            parsed += type == '1' ? 1 : 0;
            closed += type == '3' ? 1 : 0;
            mode =
                    switch (type) {
                        case 'A' -> passesNotifications ? Mode.PASS : Mode.DROP;
                        case 'C', 'Z' -> bodyLength <= MAX_TAG_MESSAGE ? Mode.READ : Mode.PASS;
                        default -> Mode.PASS;
                    };
        }
    }

    private void endBody(ByteBuf out) {
        headerKnown = 0;
        if (mode != Mode.READ) {
            return;
        }
        out.writeBytes(header).writeBytes(body, 0, bodyLength);
        if (header[0] == 'Z') {
            status = TransactionStatus.of(body[0]).orElse(TransactionStatus.FAILED);
        } else {
            readTag();
        }
    }

    /** Tags with counts are of no interest, and there may be many. */
    private void readTag() {
        byte last = bodyLength > 1 ? body[bodyLength - 2] : (byte) '0';
        if (last < '0' || last > '9') {
            String tag = new String(body, 0, bodyLength - 1, StandardCharsets.US_ASCII);
            commands.add(tag);
            passesNotifications |= tag.equals("LISTEN");
        }
    }
}
