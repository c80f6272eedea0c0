package dev.culvert.front.observe;

import java.time.Duration;

/**
 * What a session came to.
 *
 * @param time from its beginning to its end
 * @param batches that the client sent
 * @param bytesToDatabase that the client sent
 * @param bytesToClient that the database sent
 */
public record SessionTotals(
        Duration time, long batches, long bytesToDatabase, long bytesToClient) {}
