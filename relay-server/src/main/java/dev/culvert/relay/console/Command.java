package dev.culvert.relay.console;

import java.util.Optional;

/** What an operator says to the console. */
sealed interface Command {
    /** {@code SHOW TABLE}. */
    record Show(Table table) implements Command {}

    /** {@code KILL}: ends it now. */
    record Kill(Target target) implements Command {}

    /** {@code DRAIN}: one, or without a target the relay. */
    record Drain(Optional<Target> target) implements Command {}

    /** {@code RESUME}: the relay is in use again. */
    record Resume() implements Command {}

    /**
     * What programs say on their own to every database, and what changes nothing here: {@code SET},
     * {@code BEGIN} and the like.
     *
     * @param tag what answers it
     */
    record Ignored(String tag) implements Command {}

    /** What a name means. */
    enum Kind {
        SESSION,
        TUNNEL,
        /** Whichever there is. */
        EITHER
    }

    /** A session's id, or a tunnel's name. */
    record Target(Kind kind, String name) {}
}
