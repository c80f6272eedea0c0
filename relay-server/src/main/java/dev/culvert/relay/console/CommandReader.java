package dev.culvert.relay.console;

import dev.culvert.relay.console.Command.Kind;
import dev.culvert.relay.console.Command.Target;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads commands: words of any case, names also in quotes, comments as in SQL, a semicolon between
 * two.
 */
final class CommandReader {
    private static final String HINT = "SHOW HELP lists what the console knows.";

    /** Longest piece of a command that an error shows. */
    private static final int SHOWN = 40;

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s+|--[^\\n]*|/\\*.*?\\*/|(?<end>;)|'(?<single>[^']*)'|\"(?<quoted>[^\"]*)\""
                            + "|(?<word>[^\\s;'\"]+)",
                    Pattern.DOTALL);

    private CommandReader() {}

    /**
     * Reads all commands of a text; none for an empty one.
     *
     * @throws WireException 42601 when one of them is none
     */
    static List<Command> read(String text) {
        List<Command> commands = new ArrayList<>();
        List<String> words = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw syntaxError("a quote that does not end, at", text.substring(at));
            }
            at = matcher.end();
            if (matcher.group("end") != null) {
                add(commands, words);
            } else if (matcher.group("word") != null) {
                words.add(matcher.group("word"));
            } else if (matcher.group("single") != null) {
                words.add(matcher.group("single"));
            } else if (matcher.group("quoted") != null) {
                words.add(matcher.group("quoted"));
            }
        }
        add(commands, words);
        return commands;
    }

    private static void add(List<Command> commands, List<String> words) {
        if (!words.isEmpty()) {
            commands.add(command(List.copyOf(words)));
            words.clear();
        }
    }

    private static Command command(List<String> words) {
        String verb = words.getFirst().toUpperCase(Locale.ROOT);
        List<String> rest = words.subList(1, words.size());
        return switch (verb) {
            case "SHOW" -> show(rest, words);
            case "KILL" -> new Command.Kill(target(rest).orElseThrow(() -> unknown(words)));
            case "DRAIN" ->
                    rest.isEmpty()
                            ? new Command.Drain(Optional.empty())
                            : new Command.Drain(
                                    Optional.of(target(rest).orElseThrow(() -> unknown(words))));
            case "RESUME" -> {
                if (!rest.isEmpty()) {
                    throw unknown(words);
                }
                yield new Command.Resume();
            }
            case "SET", "RESET", "BEGIN", "COMMIT", "ROLLBACK", "DISCARD" ->
                    new Command.Ignored(verb);
            default -> throw unknown(words);
        };
    }

    private static Command show(List<String> rest, List<String> words) {
        if (rest.size() == 1) {
            for (Table table : Table.values()) {
                if (table.name().equalsIgnoreCase(rest.getFirst())) {
                    return new Command.Show(table);
                }
            }
        }
        throw unknown(words);
    }

    private static Optional<Target> target(List<String> words) {
        return switch (words.size()) {
            case 1 -> Optional.of(new Target(Kind.EITHER, words.getFirst()));
            case 2 ->
                    switch (words.getFirst().toUpperCase(Locale.ROOT)) {
                        case "SESSION" -> Optional.of(new Target(Kind.SESSION, words.getLast()));
                        case "TUNNEL" -> Optional.of(new Target(Kind.TUNNEL, words.getLast()));
                        default -> Optional.empty();
                    };
            default -> Optional.empty();
        };
    }

    private static WireException unknown(List<String> words) {
        return syntaxError("the console does not know", String.join(" ", words));
    }

    private static WireException syntaxError(String what, String text) {
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
        return new WireException(
                ErrorResponse.error(SqlState.SYNTAX_ERROR, what + ": " + shown).withHint(HINT));
    }
}
