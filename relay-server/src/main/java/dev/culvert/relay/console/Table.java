package dev.culvert.relay.console;

import dev.culvert.front.session.LiveSession;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.admin.Operations;
import dev.culvert.relay.admin.Operations.TunnelView;
import dev.culvert.relay.admin.Statistic;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.wire.message.ResultMessages.Column;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What {@code SHOW} shows. */
enum Table {
    TUNNELS("the tunnels, those included that wait for their agents"),
    SESSIONS("the clients that are logged in, at this console, too"),
    STATS("what is counted and measured (docs/observability.md), without what is 0"),
    CONFIG("the settings with where each value is from, secrets masked"),
    HELP("this list"),
    VERSION("the relay's version");

    private static final List<Column> OF_TUNNELS =
            List.of(
                    Column.text("name"),
                    Column.text("state"),
                    Column.text("mode"),
                    Column.text("backend"),
                    Column.int8("sessions"),
                    Column.int8("waiting"),
                    Column.text("since"));

    private static final List<Column> OF_SESSIONS =
            List.of(
                    Column.text("id"),
                    Column.text("tunnel"),
                    Column.text("user"),
                    Column.text("client"),
                    Column.int8("port"),
                    Column.text("application"),
                    Column.text("state"),
                    Column.int8("batches"),
                    Column.int8("bytes_to_database"),
                    Column.int8("bytes_to_client"),
                    Column.text("since"));

    private static final List<Column> OF_STATS =
            List.of(
                    Column.text("name"),
                    Column.text("labels"),
                    Column.text("statistic"),
                    Column.text("value"));

    private static final List<Column> OF_CONFIG =
            List.of(Column.text("key"), Column.text("value"), Column.text("source"));

    private static final List<Column> OF_HELP =
            List.of(Column.text("command"), Column.text("what"));

    private static final List<Column> OF_VERSION = List.of(Column.text("version"));

    private final String doc;

    Table(String doc) {
        this.doc = doc;
    }

    List<Column> columns() {
        return switch (this) {
            case TUNNELS -> OF_TUNNELS;
            case SESSIONS -> OF_SESSIONS;
            case STATS -> OF_STATS;
            case CONFIG -> OF_CONFIG;
            case HELP -> OF_HELP;
            case VERSION -> OF_VERSION;
        };
    }

    /** The rows of this moment; each is made when it is asked for. Not for an event loop. */
    Iterator<List<Object>> rows(Operations operations) {
        Stream<List<Object>> rows =
                switch (this) {
                    case TUNNELS -> operations.tunnels().stream().map(Table::tunnel);
                    case SESSIONS -> operations.sessions().stream().map(Table::session);
                    case STATS -> operations.statistics().stream().map(Table::statistic);
                    case CONFIG -> operations.config().get().stream().map(Table::setting);
                    case HELP -> help();
                    case VERSION -> Stream.of(List.<Object>of(operations.version()));
                };
        return rows.iterator();
    }

    private static List<Object> tunnel(TunnelView view) {
        LiveTunnel tunnel = view.tunnel();
        return List.of(
                tunnel.name(),
                tunnel.state(),
                tunnel.mode(),
                tunnel.backend(),
                view.sessions(),
                (long) tunnel.sharing().waiting(),
                tunnel.since().toString());
    }

    private static List<Object> session(LiveSession session) {
        return List.of(
                session.info().id(),
                session.info().backend(),
                session.info().user(),
                session.info().client().getAddress().getHostAddress(),
                (long) session.info().client().getPort(),
                session.info().application(),
                session.isBusy() ? "busy" : "idle",
                session.batches(),
                session.bytesToDatabase(),
                session.bytesToClient(),
                session.since().toString());
    }

    private static List<Object> statistic(Statistic statistic) {
        return List.of(
                statistic.name(), statistic.labels(), statistic.statistic(), statistic.value());
    }

    private static List<Object> setting(ConfigLine line) {
        return List.of(line.key(), line.value(), line.source());
    }

    private static Stream<List<Object>> help() {
        return Stream.concat(
                Stream.of(values())
                        .map(table ->
                                List.<Object>of(
                                        "SHOW " + table.name().toUpperCase(Locale.ROOT),
                                        table.doc)),
                Stream.of(
                        List.<Object>of(
                                "KILL [SESSION] id",
                                "ends a session now; its client gets SQLSTATE 57P01"),
                        List.<Object>of(
                                "KILL [TUNNEL] name",
                                "ends a tunnel and its sessions; the agent does not come back by"
                                        + " itself"),
                        List.<Object>of(
                                "DRAIN [SESSION] id", "ends a session as soon as it is idle"),
                        List.<Object>of(
                                "DRAIN [TUNNEL] name",
                                "asks the agent to move to another relay; sessions end when they"
                                        + " are idle"),
                        List.<Object>of(
                                "DRAIN",
                                "the relay is not ready any more, takes no new tunnels, and drains"
                                        + " those that it has; it goes on running"),
                        List.<Object>of("RESUME", "the relay is ready again")));
    }
}
