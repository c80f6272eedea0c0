package dev.culvert.relay.console;

import dev.culvert.front.session.LiveSession;
import dev.culvert.relay.admin.Operations;
import dev.culvert.relay.console.Command.Kind;
import dev.culvert.relay.console.Command.Target;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.ResultMessages.Column;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Runs commands. Not on an event loop: to list and to sort many takes its time. */
final class Commands {
    /** What answers commands that do something. */
    private static final List<Column> DEED =
            List.of(Column.text("kind"), Column.text("name"), Column.text("state"));

    private final Operations operations;

    Commands(Operations operations) {
        this.operations = operations;
    }

    /** What the rows of a command's answer look like; empty when there are none. */
    static List<Column> columns(Command command) {
        return switch (command) {
            case Command.Show(Table table) -> table.columns();
            case Command.Kill _, Command.Drain _, Command.Resume _ -> DEED;
            case Command.Ignored _ -> List.of();
        };
    }

    /**
     * Runs a command.
     *
     * @throws WireException when there is no such tunnel or session
     */
    Answer run(Command command) {
        return switch (command) {
            case Command.Show(Table table) ->
                    new Answer(table.columns(), table.rows(operations), "SHOW");
            case Command.Kill(Target target) -> kill(target);
            case Command.Drain(Optional<Target> target) ->
                    target.isPresent() ? drain(target.get()) : drain();
            case Command.Resume _ -> {
                operations.resume();
                yield deed("RESUME", "relay", operations.domain(), state());
            }
            case Command.Ignored(String tag) -> Answer.of(List.of(), List.of(), tag);
        };
    }

    private Answer kill(Target target) {
        return switch (find(target)) {
            case Found.OfTunnel(LiveTunnel tunnel) -> {
                operations.close(tunnel);
                yield deed("KILL", "tunnel", tunnel.name(), "ended");
            }
            case Found.OfSession(LiveSession session) -> {
                operations.close(session);
                yield deed("KILL", "session", session.info().id(), "ended");
            }
        };
    }

    private Answer drain(Target target) {
        return switch (find(target)) {
            case Found.OfTunnel(LiveTunnel tunnel) -> {
                operations.drain(tunnel);
                yield deed("DRAIN", "tunnel", tunnel.name(), "draining");
            }
            case Found.OfSession(LiveSession session) -> {
                operations.drain(session);
                yield deed("DRAIN", "session", session.info().id(), "draining");
            }
        };
    }

    private Answer drain() {
        operations.drain();
        return deed("DRAIN", "relay", operations.domain(), state());
    }

    private String state() {
        return operations.health().word();
    }

    private static Answer deed(String tag, String kind, String name, String state) {
        return Answer.of(DEED, List.of(List.of(kind, name, state)), tag);
    }

    private sealed interface Found {
        record OfTunnel(LiveTunnel tunnel) implements Found {}

        record OfSession(LiveSession session) implements Found {}
    }

    private Found find(Target target) {
        Optional<Found> tunnel =
                target.kind() == Kind.SESSION
                        ? Optional.empty()
                        : operations.tunnel(target.name()).map(Found.OfTunnel::new);
        Optional<Found> session =
                target.kind() == Kind.TUNNEL
                        ? Optional.empty()
                        : operations.session(target.name()).map(Found.OfSession::new);
        if (tunnel.isPresent() && session.isPresent()) {
            throw new WireException(
                    ErrorResponse.error(
                                    SqlState.AMBIGUOUS_NAME,
                                    "there are a session and a tunnel of that name: "
                                            + target.name())
                            .withHint("Say SESSION or TUNNEL before the name."));
        }
        return tunnel.or(() -> session).orElseThrow(() -> missing(target));
    }

    private static WireException missing(Target target) {
        String kind =
                target.kind() == Kind.EITHER
                        ? "session or tunnel"
                        : target.kind().name().toLowerCase(Locale.ROOT);
        return new WireException(
                ErrorResponse.error(
                                SqlState.UNDEFINED_OBJECT,
                                "there is no such " + kind + ": " + target.name())
                        .withHint("SHOW SESSIONS and SHOW TUNNELS list what there is."));
    }
}
