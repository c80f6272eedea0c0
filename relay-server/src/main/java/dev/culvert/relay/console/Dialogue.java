package dev.culvert.relay.console;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.FrontendMessageType;
import dev.culvert.wire.message.ResultMessages;
import dev.culvert.wire.message.TransactionStatus;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What the messages of one client mean: the simple protocol, and the extended one without
 * parameters. Takes one step at a time, so that rows are made when there is room for them.
 *
 * <pre>
 *   Reading ── Query, Execute ──▶ Running ── the command has run ──▶ Sending ──┐ rows left
 *      ▲                             │                                │   ▲ └──┘
 *      ├─────────── failed ──────────┘                                │   │ next of a Query
 *      └────────────── last row, or as many as were asked for ────────┴───┘
 * </pre>
 *
 * <p>After an error of the extended protocol everything up to Sync is skipped. On the client's
 * thread.
 */
final class Dialogue {
    /** Prepared statements and portals of one client: more than any program has. */
    private static final int MAX_NAMED = 100;

    private static final int HEADER_BYTES = 5;

    /** What is to be done next. */
    enum Need {
        /** Call {@link #step} again. */
        STEP,
        /** Run {@link #toRun}, then tell {@link #ran} or {@link #failed}. */
        RUN,
        /** The batch has been answered. */
        NOTHING
    }

    private sealed interface State {
        record Reading() implements State {}

        record Running(Portal portal, Source source) implements State {}

        record Sending(Portal portal, Source source) implements State {}
    }

    private sealed interface Source {
        /** A Query, with the commands that follow. */
        record Simple(Iterator<Command> rest) implements Source {}

        /** An Execute, with how many rows it still wants. */
        record Extended(long rows) implements Source {}
    }

    private static final State READING = new State.Reading();

    private final Map<String, List<Command>> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();
    private final Deque<ByteBuf> batch = new ArrayDeque<>();
    private State state = READING;

    /** There are no transactions, but portals live as long as one would. */
    private TransactionStatus status = TransactionStatus.IDLE;

    private boolean skipping;
    private boolean cancelled;

    /** A whole batch, taken over; the one before has been answered. */
    void begin(ByteBuf messages) {
        cancelled = false;
        batch.add(messages);
    }

    /** What runs now is not wanted any more. */
    void cancel() {
        cancelled = true;
    }

    /** Takes the next step, and writes what comes of it. */
    Need step(ByteBuf out) {
        return switch (state) {
            case State.Reading _ -> read(out);
            case State.Running _ -> Need.RUN;
            case State.Sending(Portal portal, Source source) -> send(portal, source, out);
        };
    }

    /** The command that is to run. */
    Command toRun() {
        if (state instanceof State.Running(Portal portal, Source _)) {
            return portal.command();
        }
        throw new IllegalStateException("nothing is to run");
    }

    /** It has run. */
    void ran(Answer answer, ByteBuf out) {
        if (state instanceof State.Running(Portal portal, Source source)) {
            portal.ran(answer);
            if (portal.command() instanceof Command.Ignored(String tag)) {
                status = statusAfter(tag);
            }
            if (source instanceof Source.Simple && !answer.columns().isEmpty()) {
                portal.describe(out);
            }
            state = new State.Sending(portal, source);
        }
    }

    private TransactionStatus statusAfter(String tag) {
        return switch (tag) {
            case "BEGIN" -> TransactionStatus.IN_TRANSACTION;
            case "COMMIT", "ROLLBACK" -> TransactionStatus.IDLE;
            default -> status;
        };
    }

    /** It has failed. */
    void failed(ErrorResponse error, ByteBuf out) {
        Source source =
                switch (state) {
                    case State.Running(Portal _, Source of) -> of;
                    case State.Sending(Portal _, Source of) -> of;
                    case State.Reading _ -> throw new IllegalStateException("nothing runs");
                };
        state = READING;
        fail(error, source instanceof Source.Simple, out);
    }

    void release() {
        batch.forEach(ByteBuf::release);
        batch.clear();
    }

    private Need read(ByteBuf out) {
        ByteBuf in = batch.peek();
        if (in == null) {
            return Need.NOTHING;
        }
        if (in.readableBytes() < HEADER_BYTES) {
            batch.remove().release();
            return Need.NOTHING;
        }
        // the front lets no other types through, and whole messages only
        FrontendMessageType type = FrontendMessageType.find(in.readByte());
        ByteBuf body = in.readSlice(in.readInt() - Integer.BYTES);
        if (type == null || (skipping && type != FrontendMessageType.SYNC)) {
            return Need.STEP;
        }
        try {
            take(type, body, out);
        } catch (WireException e) {
            fail(e.response(), type == FrontendMessageType.QUERY, out);
        }
        return Need.STEP;
    }

    private void take(FrontendMessageType type, ByteBuf body, ByteBuf out) {
        switch (type) {
            case QUERY -> query(text(body), out);
            case PARSE -> parse(text(body), text(body), out);
            case BIND -> bind(text(body), text(body), body, out);
            case DESCRIBE -> describe(body.readByte(), text(body), out);
            case EXECUTE -> execute(text(body), body.readInt(), out);
            case CLOSE -> {
                (body.readByte() == 'S' ? statements : portals).remove(text(body));
                ResultMessages.closeComplete(out);
            }
            case SYNC -> {
                skipping = false;
                if (status == TransactionStatus.IDLE) {
                    portals.clear();
                }
                BackendMessages.readyForQuery(out, status);
            }
            case FUNCTION_CALL -> {
                fail(unsupported("function calls"), true, out);
            }
            case FLUSH, COPY_DATA, COPY_DONE, COPY_FAIL, PASSWORD, TERMINATE -> {
                // a Flush's answers leave anyway; the others are the front's, or leftovers
            }
        }
    }

    // the simple protocol

    private void query(String text, ByteBuf out) {
        portals.remove("");
        Iterator<Command> commands = CommandReader.read(text).iterator();
        if (commands.hasNext()) {
            next(new Source.Simple(commands), out);
        } else {
            BackendMessages.emptyQueryResponse(out);
            BackendMessages.readyForQuery(out, status);
        }
    }

    private void next(Source.Simple source, ByteBuf out) {
        if (source.rest().hasNext()) {
            state = new State.Running(Portal.text(source.rest().next()), source);
        } else {
            state = READING;
            BackendMessages.readyForQuery(out, status);
        }
    }

    // the extended protocol

    private void parse(String name, String text, ByteBuf out) {
        List<Command> commands = CommandReader.read(text);
        if (commands.size() > 1) {
            throw error(
                    SqlState.SYNTAX_ERROR,
                    "cannot insert multiple commands into a prepared statement");
        }
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw error(
                    SqlState.DUPLICATE_PREPARED_STATEMENT,
                    "prepared statement \"" + name + "\" already exists");
        }
        bounded(statements).put(name, commands);
        ResultMessages.parseComplete(out);
    }

    private void bind(String portal, String statement, ByteBuf body, ByteBuf out) {
        List<Command> commands = statement(statement);
        for (int formats = body.readUnsignedShort(); formats > 0; formats--) {
            body.skipBytes(Short.BYTES);
        }
        int parameters = body.readUnsignedShort();
        if (parameters != 0) {
            throw error(SqlState.PROTOCOL_VIOLATION, "commands of the console have no parameters");
        }
        boolean[] wanted = new boolean[body.readUnsignedShort()];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = body.readShort() != 0;
        }
        if (commands.isEmpty()) {
            bounded(portals).put(portal, Portal.text(new Command.Ignored("")));
        } else {
            Command command = commands.getFirst();
            bounded(portals).put(portal, new Portal(command, formats(command, wanted)));
        }
        ResultMessages.bindComplete(out);
    }

    /** None means text for all, one is for all. */
    private static boolean[] formats(Command command, boolean[] wanted) {
        boolean[] binary = new boolean[Commands.columns(command).size()];
        if (wanted.length > 1 && wanted.length != binary.length) {
            throw error(
                    SqlState.PROTOCOL_VIOLATION,
                    "there are " + binary.length + " columns, and " + wanted.length + " formats");
        }
        for (int i = 0; i < binary.length; i++) {
            binary[i] = wanted.length == 1 ? wanted[0] : wanted.length > 1 && wanted[i];
        }
        return binary;
    }

    private void describe(byte what, String name, ByteBuf out) {
        if (what == 'S') {
            List<Command> commands = statement(name);
            ResultMessages.noParameters(out);
            if (commands.isEmpty()) {
                ResultMessages.noData(out);
            } else {
                Portal.text(commands.getFirst()).describe(out);
            }
        } else {
            portal(name).describe(out);
        }
    }

    private void execute(String name, int maxRows, ByteBuf out) {
        Portal portal = portal(name);
        if (portal.command() instanceof Command.Ignored(String tag) && tag.isEmpty()) {
            BackendMessages.emptyQueryResponse(out);
            return;
        }
        Source source = new Source.Extended(maxRows > 0 ? maxRows : Long.MAX_VALUE);
        state =
                portal.hasRun()
                        ? new State.Sending(portal, source)
                        : new State.Running(portal, source);
    }

    private List<Command> statement(String name) {
        List<Command> commands = statements.get(name);
        if (commands == null) {
            throw error(
                    SqlState.INVALID_SQL_STATEMENT_NAME,
                    "prepared statement \"" + name + "\" does not exist");
        }
        return commands;
    }

    private Portal portal(String name) {
        Portal portal = portals.get(name);
        if (portal == null) {
            throw error(SqlState.INVALID_CURSOR_NAME, "portal \"" + name + "\" does not exist");
        }
        return portal;
    }

    private static <T> Map<String, T> bounded(Map<String, T> named) {
        if (named.size() >= MAX_NAMED) {
            throw error(
                    SqlState.CONFIGURATION_LIMIT_EXCEEDED,
                    "there are more than " + MAX_NAMED + " prepared statements or portals");
        }
        return named;
    }

    // rows

    private Need send(Portal portal, Source source, ByteBuf out) {
        if (cancelled) {
            failed(
                    ErrorResponse.error(
                            SqlState.QUERY_CANCELED, "canceling statement due to user request"),
                    out);
            return Need.STEP;
        }
        switch (source) {
            case Source.Extended(long rows) when rows == 0 -> {
                ResultMessages.portalSuspended(out);
                state = READING;
            }
            case Source.Extended(long rows) ->
                    state =
                            portal.writeNext(out)
                                    ? READING
                                    : new State.Sending(portal, new Source.Extended(rows - 1));
            case Source.Simple simple -> {
                if (portal.writeNext(out)) {
                    next(simple, out);
                }
            }
        }
        return Need.STEP;
    }

    // errors

    /**
     * Answers an error.
     *
     * @param simple whether nothing follows that would end in a Sync
     */
    private void fail(ErrorResponse error, boolean simple, ByteBuf out) {
        error.writeTo(out);
        if (simple) {
            BackendMessages.readyForQuery(out, status);
        } else {
            skipping = true;
        }
    }

    private static WireException error(SqlState sqlState, String message) {
        return new WireException(ErrorResponse.error(sqlState, message));
    }

    private static ErrorResponse unsupported(String what) {
        return new ErrorResponse(
                Severity.ERROR,
                SqlState.FEATURE_NOT_SUPPORTED.code(),
                "the console knows no " + what,
                null,
                "SHOW HELP lists what the console knows.");
    }

    private static String text(ByteBuf body) {
        String text = CStrings.readLenient(body);
        if (text == null) {
            throw error(SqlState.PROTOCOL_VIOLATION, "a text in a message has no end");
        }
        return text;
    }
}
