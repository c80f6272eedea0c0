package dev.culvert.load.nulls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Postgres session with nothing behind it. Every Query and Execute answers with one row; {@code
 * COPY n TO STDOUT} streams so many bytes of rows, {@code COPY FROM STDIN} takes what comes. What
 * it costs is next to nothing, so that what is around it can be measured. Confined to one thread.
 */
final class NullConversation {
    /** Where answers go. */
    interface Output {
        /**
         * A part of an answer.
         *
         * @param bytes taken over
         * @param endOfAnswer whether the batch is answered with that
         */
        void write(ByteBuf bytes, boolean endOfAnswer);
    }

    private enum State {
        /** The StartupMessage is to come. */
        STARTING,
        QUERIES,
        /** CopyData is to come. */
        COPY_IN
    }

    private static final int HEADER = 5;

    /** A row of COPY, as wide as one of pgbench's accounts. */
    private static final int ROW_BYTES = 97;

    private static final int ROWS_PER_CHUNK = 300;

    /** Most bytes of what {@link #more} says. */
    static final int MAX_PART_BYTES = 32 * 1_024;

    private static final Pattern COPY_OUT = Pattern.compile("(?i)COPY (\\d+) TO STDOUT\\s*;?");
    private static final Pattern COPY_IN = Pattern.compile("(?i)COPY .*FROM STDIN\\s*;?");

    /** One column {@code ?column?} of type int4 (PostgreSQL documentation, section 54.7). */
    private static final ByteBuf ROW_DESCRIPTION =
            message('T', "\0\1?column?\0\0\0\0\0\0\0\0\0\0\27\0\4\377\377\377\377\0\0");

    private static final ByteBuf ROW =
            join(message('D', "\0\1\0\0\0\1" + "1"), complete("SELECT 1"));
    private static final ByteBuf READY = message('Z', "I");
    private static final ByteBuf SELECT_1 = join(ROW_DESCRIPTION, ROW, READY);
    private static final ByteBuf PARSED = message('1', "");
    private static final ByteBuf BOUND = message('2', "");
    private static final ByteBuf CLOSED = message('3', "");
    private static final ByteBuf DESCRIBED_STATEMENT = join(message('t', "\0\0"), ROW_DESCRIPTION);
    private static final ByteBuf COPY_IN_RESPONSE = message('G', "\0\0\1\0\0");
    private static final ByteBuf COPY_OUT_RESPONSE = message('H', "\0\0\1\0\0");
    private static final ByteBuf COPIED_OUT = join(message('c', ""), complete("COPY 1"), READY);
    private static final ByteBuf COPIED_IN = join(complete("COPY 1"), READY);
    private static final ByteBuf STARTED =
            join(
                    message('R', "\0\0\0\0"),
                    message('S', "server_version\00018.0\0"),
                    message('S', "client_encoding\0UTF8\0"),
                    message('S', "standard_conforming_strings\0on\0"),
                    READY);
    private static final ByteBuf ROWS = rows();

    private final ByteBufAllocator allocator;
    private final Output output;
    private State state = State.STARTING;

    /** A message whose rest is to come. */
    private final ByteBuf partial = Unpooled.buffer();

    /** Bytes of a CopyData that are to come, and mean nothing. */
    private int skip;

    /** Answers of an extended query that wait for its Sync or Flush. */
    private ByteBuf answers = Unpooled.buffer();

    private long rowsToSend;

    NullConversation(ByteBufAllocator allocator, Output output) {
        this.allocator = allocator;
        this.output = output;
    }

    /** Whether a COPY has more to say. */
    boolean hasMore() {
        return rowsToSend > 0;
    }

    /** Says the next part of a COPY: about 32 KiB. */
    void more() {
        int count = (int) Math.min(rowsToSend, ROWS_PER_CHUNK);
        rowsToSend -= count;
        output.write(ROWS.retainedSlice(0, count * (HEADER + ROW_BYTES)), false);
        if (rowsToSend == 0) {
            output.write(COPIED_OUT.retainedDuplicate(), true);
        }
    }

    /**
     * What the client sends, in pieces of any size.
     *
     * @param bytes taken over
     */
    void receive(ByteBuf bytes) {
        try {
            while (bytes.isReadable()) {
                if (skip > 0) {
                    int size = Math.min(skip, bytes.readableBytes());
                    bytes.skipBytes(size);
                    skip -= size;
                } else if (partial.isReadable()) {
                    partial.writeBytes(bytes, Math.min(missing(), bytes.readableBytes()));
                    if (missing() == 0) {
                        onMessage(partial);
                        partial.clear();
                    }
                } else {
                    next(bytes);
                }
            }
        } finally {
            bytes.release();
        }
    }

    private int headerBytes() {
        return state == State.STARTING ? HEADER - 1 : HEADER;
    }

    /** How many bytes the partial message lacks, as far as that is known. */
    private int missing() {
        int header = headerBytes();
        return partial.readableBytes() < header
                ? header - partial.readableBytes()
                : size(partial) - partial.readableBytes();
    }

    private int size(ByteBuf message) {
        int header = headerBytes();
        return header - 4 + message.getInt(message.readerIndex() + header - 4);
    }

    private void next(ByteBuf bytes) {
        int readable = bytes.readableBytes();
        if (readable < headerBytes()) {
            partial.writeBytes(bytes);
            return;
        }
        int size = size(bytes);
        if (state == State.COPY_IN && bytes.getByte(bytes.readerIndex()) == 'd') {
            skip = size;
        } else if (readable < size) {
            partial.writeBytes(bytes);
        } else {
            onMessage(bytes.readSlice(size));
        }
    }

    private void onMessage(ByteBuf message) {
        switch (state) {
            case STARTING -> {
                state = State.QUERIES;
                output.write(STARTED.retainedDuplicate(), true);
            }
            case QUERIES -> onQueryMessage(message);
            case COPY_IN -> {
                if (message.getByte(message.readerIndex()) != 'H') {
                    state = State.QUERIES;
                    output.write(COPIED_IN.retainedDuplicate(), true);
                }
            }
        }
    }

    private void onQueryMessage(ByteBuf message) {
        int at = message.readerIndex();
        switch (message.getByte(at)) {
            case 'Q' ->
                    onQuery(
                            message.toString(
                                    at + HEADER, message.readableBytes() - HEADER - 1, US_ASCII));
            case 'P' -> answer(PARSED);
            case 'B' -> answer(BOUND);
            case 'C' -> answer(CLOSED);
            case 'D' ->
                    answer(
                            message.getByte(at + HEADER) == 'S'
                                    ? DESCRIBED_STATEMENT
                                    : ROW_DESCRIPTION);
            case 'E' -> answer(ROW);
            case 'S' -> {
                answer(READY);
                flush();
            }
            case 'H' -> flush();
            default -> {
                // Terminate; nothing else comes from the programs used
            }
        }
    }

    private void answer(ByteBuf part) {
        answers.writeBytes(part, part.readerIndex(), part.readableBytes());
    }

    private void flush() {
        output.write(allocator.buffer(answers.readableBytes()).writeBytes(answers), true);
        answers.clear();
    }

    private void onQuery(String sql) {
        if (!sql.regionMatches(true, 0, "COPY", 0, 4)) {
            output.write(SELECT_1.retainedDuplicate(), true);
            return;
        }
        Matcher copyOut = COPY_OUT.matcher(sql);
        if (copyOut.matches()) {
            rowsToSend = Math.max(1, Long.parseLong(copyOut.group(1)) / ROW_BYTES);
            output.write(COPY_OUT_RESPONSE.retainedDuplicate(), false);
        } else if (COPY_IN.matcher(sql).matches()) {
            state = State.COPY_IN;
            output.write(COPY_IN_RESPONSE.retainedDuplicate(), true);
        } else {
            output.write(SELECT_1.retainedDuplicate(), true);
        }
    }

    private static ByteBuf message(char type, String body) {
        byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        return constant(
                Unpooled.buffer().writeByte(type).writeInt(4 + bytes.length).writeBytes(bytes));
    }

    private static ByteBuf complete(String tag) {
        return message('C', tag + "\0");
    }

    private static ByteBuf join(ByteBuf... parts) {
        ByteBuf joined = Unpooled.buffer();
        for (ByteBuf part : parts) {
            joined.writeBytes(part, part.readerIndex(), part.readableBytes());
        }
        return constant(joined);
    }

    private static ByteBuf rows() {
        ByteBuf rows = Unpooled.buffer();
        for (int i = 0; i < ROWS_PER_CHUNK; i++) {
            rows.writeByte('d')
                    .writeInt(4 + ROW_BYTES)
                    .writeBytes("x".repeat(ROW_BYTES - 1).getBytes(US_ASCII))
                    .writeByte('\n');
        }
        return constant(rows);
    }

    /** Direct memory, which TLS need not copy, and that is never released. */
    private static ByteBuf constant(ByteBuf bytes) {
        return Unpooled.unreleasableBuffer(
                new UnpooledByteBufAllocator(true, true)
                        .directBuffer(bytes.readableBytes())
                        .writeBytes(bytes)
                        .asReadOnly());
    }
}
