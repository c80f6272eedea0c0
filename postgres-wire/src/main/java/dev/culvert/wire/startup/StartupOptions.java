package dev.culvert.wire.startup;

import dev.culvert.wire.error.WireException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The startup parameter {@code options}: settings in the form of command-line arguments.
 *
 * <p>Words are divided by whitespace; a backslash makes the next character part of the word. Known
 * words are {@code -c name=value}, {@code -cname=value} and {@code --name=value}, and, as Culvert's
 * own convenience, a bare {@code tunnel=NAME}. Source: Postgres {@code pg_split_opts} (postinit.c),
 * {@code process_postgres_switches} (postgres.c), {@code ParseLongOption} (guc.c).
 */
public final class StartupOptions {
    /** The setting by which a client without SNI names its tunnel. */
    public static final String TUNNEL = "tunnel";

    private static final String BARE_TUNNEL = TUNNEL + "=";

    private StartupOptions() {}

    /**
     * Reads {@code options}.
     *
     * @return in the order given; a name that is given twice is there twice, and the last one
     *     counts
     * @throws WireException 08P01 for a word that is none of the known ones
     */
    public static List<Setting> parse(String options) {
        var settings = new ArrayList<Setting>();
        Iterator<String> words = split(options).iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (word.startsWith(BARE_TUNNEL)) {
                settings.add(setting(word));
            } else if (word.equals("-c")) {
                if (!words.hasNext()) {
                    throw invalid("\"-c\" at the end of \"options\" lacks its setting");
                }
                settings.add(setting(words.next()));
            } else if (word.startsWith("-c") || word.startsWith("--")) {
                settings.add(setting(word.substring(2)));
            } else {
                throw invalid("\"options\" contains " + quote(word) + ", which is not a setting");
            }
        }
        return List.copyOf(settings);
    }

    /**
     * The text from which {@link #parse} reads {@code settings} again.
     *
     * @return words of the form {@code -c name=value}; empty for no settings
     */
    public static String format(List<Setting> settings) {
        return settings.stream()
                .map(setting -> "-c " + escape(setting.name()) + "=" + escape(setting.value()))
                .collect(Collectors.joining(" "));
    }

    private static Setting setting(String word) {
        int equals = word.indexOf('=');
        if (equals < 0) {
            throw invalid("\"options\" gives no value for " + quote(word));
        }
        if (equals == 0) {
            throw invalid("\"options\" contains a value without a name");
        }
        String name = word.substring(0, equals).replace('-', '_');
        return new Setting(name, word.substring(equals + 1));
    }

    private static List<String> split(String options) {
        var words = new ArrayList<String>();
        int at = 0;
        while (at < options.length()) {
            if (isSpace(options.charAt(at))) {
                at++;
            } else {
                at = readWord(options, at, words);
            }
        }
        return words;
    }

    /** Adds the word that begins at {@code at} and returns where it ends. */
    private static int readWord(String options, int at, List<String> words) {
        var word = new StringBuilder();
        boolean escaped = false;
        int end = at;
        for (; end < options.length(); end++) {
            char c = options.charAt(end);
            if (!escaped && isSpace(c)) {
                break;
            }
            if (!escaped && c == '\\') {
                escaped = true;
            } else {
                escaped = false;
                word.append(c);
            }
        }
        words.add(word.toString());
        return end;
    }

    private static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isSpace(c) || c == '\\') {
                escaped.append('\\');
            }
            escaped.append(c);
        }
        return escaped.toString();
    }

    /** C's isspace. */
    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static String quote(String word) {
        int limit = 63;
        return '"' + (word.length() <= limit ? word : word.substring(0, limit) + "…") + '"';
    }

    private static WireException invalid(String message) {
        return WireException.protocolViolation(
                message,
                "Write settings as \"-c name=value\" or \"--name=value\", with a backslash before"
                        + " each space inside of a value, and the tunnel as \"tunnel=NAME\".");
    }
}
