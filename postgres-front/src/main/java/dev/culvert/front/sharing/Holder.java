package dev.culvert.front.sharing;

import java.time.Instant;

/**
 * A logged-in client that wants a backend, or has it.
 *
 * @param session the session's id
 * @param user the user that logged in
 * @param since when it logged in
 */
public record Holder(String session, String user, Instant since) {}
