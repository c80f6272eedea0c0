package dev.culvert.front.limit;

/**
 * Failures by key, in fixed memory. Guarded by its own lock.
 *
 * <p>A set of {@value #WAYS} records is found by a keyed hash. When a new key meets a full set, it
 * takes the place of the record with the fewest failures <em>and takes over its count</em> (the
 * Space-Saving algorithm of Metwally, Agrawal and El Abbadi). So a record that was pushed out comes
 * back with at least the failures it had: an attacker who fills the table from many addresses
 * clears nobody's record, least of all his own, but only makes newcomers that fail, too, start
 * higher. He cannot even choose whose set he fills, since the hash has a secret key. Keys that do
 * not fail have no record, and are not touched by any of this.
 */
final class FailureTable {
    /** Records in a set. */
    static final int WAYS = 8;

    private final long[] keys;
    private final int[] failures;
    private final long[] lastAt;
    private final long[] halvedAt;
    private final long forgetAfterNanos;
    private final long halveAfterNanos;

    /**
     * A table.
     *
     * @param records a power of two, at least {@link #WAYS}
     * @param forgetAfterNanos how long after its last failure a record is gone
     * @param halveAfterNanos how often a record that goes on failing loses half of its failures, so
     *     that a few among many good attempts do not add up for ever
     */
    FailureTable(int records, long forgetAfterNanos, long halveAfterNanos) {
        this.keys = new long[records];
        this.failures = new int[records];
        this.lastAt = new long[records];
        this.halvedAt = new long[records];
        this.forgetAfterNanos = forgetAfterNanos;
        this.halveAfterNanos = halveAfterNanos;
    }

    /** A key's failures, and when the last one was. */
    record Count(int failures, long lastAt) {
        static final Count NONE = new Count(0, 0);
    }

    synchronized Count find(long key, long now) {
        int at = indexOf(key, now);
        return at < 0 ? Count.NONE : new Count(failures[at], lastAt[at]);
    }

    /** Counts one more failure; returns how many that makes. */
    synchronized int fail(long key, long now) {
        int at = indexOf(key, now);
        if (at < 0) {
            at = weakest(key, now);
            keys[at] = key;
            if (!isLive(at, now)) {
                failures[at] = 0;
            }
        }
        while (failures[at] > 0 && now - halvedAt[at] >= halveAfterNanos) {
            failures[at] /= 2;
            halvedAt[at] += halveAfterNanos;
        }
        if (failures[at] == 0) {
            halvedAt[at] = now;
        }
        failures[at] = failures[at] == Integer.MAX_VALUE ? failures[at] : failures[at] + 1;
        lastAt[at] = now;
        return failures[at];
    }

    synchronized void forget(long key) {
        int start = start(key);
        for (int at = start; at < start + WAYS; at++) {
            if (keys[at] == key) {
                failures[at] = 0;
            }
        }
    }

    private int indexOf(long key, long now) {
        int start = start(key);
        for (int at = start; at < start + WAYS; at++) {
            if (keys[at] == key && isLive(at, now)) {
                return at;
            }
        }
        return -1;
    }

    private int weakest(long key, long now) {
        int start = start(key);
        int weakest = start;
        for (int at = start; at < start + WAYS; at++) {
            if (!isLive(at, now)) {
                return at;
            }
            if (failures[at] < failures[weakest]) {
                weakest = at;
            }
        }
        return weakest;
    }

    private boolean isLive(int at, long now) {
        return failures[at] > 0 && now - lastAt[at] < forgetAfterNanos;
    }

    private int start(long key) {
        return (int) (key & (keys.length / WAYS - 1)) * WAYS;
    }
}
