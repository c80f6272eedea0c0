package dev.culvert.relay.console;

import dev.culvert.wire.message.ResultMessages.Column;
import java.util.Iterator;
import java.util.List;

/**
 * What answers a command.
 *
 * @param columns none when there are no rows
 * @param rows made one by one, when the client has room for them; values as for {@link
 *     dev.culvert.wire.message.ResultMessages#dataRow}
 * @param tag of CommandComplete
 */
record Answer(List<Column> columns, Iterator<List<Object>> rows, String tag) {
    static Answer of(List<Column> columns, List<List<Object>> rows, String tag) {
        return new Answer(columns, rows.iterator(), tag);
    }
}
