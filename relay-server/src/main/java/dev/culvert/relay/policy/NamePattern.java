package dev.culvert.relay.policy;

import java.util.regex.Pattern;

/**
 * A tunnel name, or the beginning of some: {@code demo}, {@code ci-*}, or {@code *} for all.
 *
 * @param text as it was written
 */
public record NamePattern(String text) {
    private static final Pattern SYNTAX = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}\\*?|\\*");

    /** Checks the text. */
    public NamePattern {
        if (!SYNTAX.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\""
                            + text
                            + "\" is no tunnel name, nor the beginning of one with a star at the"
                            + " end");
        }
    }

    /** Whether it is one name and no other. */
    public boolean isExact() {
        return !text.endsWith("*");
    }

    /** Whether it stands for every name. */
    public boolean isAny() {
        return text.equals("*");
    }

    /** Whether it stands for the name. */
    public boolean matches(String name) {
        return isExact()
                ? name.equals(text)
                : name.startsWith(text.substring(0, text.length() - 1));
    }

    @Override
    public String toString() {
        return text;
    }
}
