package dev.culvert.front.refuse;

import dev.culvert.wire.error.ErrorResponse;

/**
 * The end of a client's connection: what the client reads and what logs and meters call it.
 *
 * @param error severity FATAL
 */
public record Refusal(Reason reason, ErrorResponse error) {}
