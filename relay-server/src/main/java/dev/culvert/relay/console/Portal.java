package dev.culvert.relay.console;

import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.ResultMessages;
import dev.culvert.wire.message.ResultMessages.Column;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A command that is about to run, or runs, with the form in which its rows are wanted. */
final class Portal {
    private final Command command;
    private final boolean[] binary;

    /** Null before the command has run. */
    private @Nullable Answer answer;

    private boolean complete;

    /**
     * A portal.
     *
     * @param binary for each column whether it is wanted in binary
     */
    Portal(Command command, boolean[] binary) {
        this.command = command;
        this.binary = binary;
    }

    /** All columns as text. */
    static Portal text(Command command) {
        return new Portal(command, new boolean[Commands.columns(command).size()]);
    }

    Command command() {
        return command;
    }

    boolean hasRun() {
        return answer != null;
    }

    /** The command has run. */
    void ran(Answer result) {
        answer = result;
    }

    /** Writes what the rows look like. */
    void describe(ByteBuf out) {
        List<Column> columns = Commands.columns(command);
        if (columns.isEmpty()) {
            ResultMessages.noData(out);
        } else {
            ResultMessages.rowDescription(out, columns, binary);
        }
    }

    /**
     * Writes the next row, or that there are none left.
     *
     * @return whether there are none left
     */
    boolean writeNext(ByteBuf out) {
        Answer present = answer;
        if (present == null) {
            throw new IllegalStateException("the command has not run");
        }
        if (!complete && present.rows().hasNext()) {
            ResultMessages.dataRow(out, present.rows().next(), binary);
            return false;
        }
        complete = true;
        BackendMessages.commandComplete(out, present.tag());
        return true;
    }
}
