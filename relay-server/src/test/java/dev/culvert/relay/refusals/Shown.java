package dev.culvert.relay.refusals;

import org.jspecify.annotations.Nullable;

/**
 * What a client shows of an error.
 *
 * @param sqlState null where the client shows none, as libpq of an error at login
 */
record Shown(
        @Nullable String sqlState,
        String message,
        @Nullable String detail,
        @Nullable String hint) {}
