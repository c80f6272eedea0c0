package dev.culvert.tunnel.frame;

import org.jspecify.annotations.Nullable;

/**
 * Why an agent rejects or closes a stream, as the client will read it; PROTOCOL.md section 7.
 *
 * @param sqlstate five characters of {@code 0-9A-Z}; anything else becomes 08006
 * @param message what happened
 * @param detail more about it, or null
 * @param hint what to do, or null
 */
public record Refusal(
        String sqlstate, String message, @Nullable String detail, @Nullable String hint) {
    /** SQLSTATE connection_failure, for agents that name none. */
    public static final String CONNECTION_FAILURE = "08006";

    private static final int MAX_TEXT = 1_000;

    /** Bounds the texts, since they come from a peer. */
    public Refusal {
        if (!isSqlState(sqlstate)) {
            sqlstate = CONNECTION_FAILURE;
        }
        message = bounded(message);
        detail = detail == null ? null : bounded(detail);
        hint = hint == null ? null : bounded(hint);
    }

    /** A refusal without detail and hint. */
    public static Refusal of(String sqlstate, String message) {
        return new Refusal(sqlstate, message, null, null);
    }

    private static boolean isSqlState(String text) {
        return text.length() == 5
                && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'));
    }

    private static String bounded(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
