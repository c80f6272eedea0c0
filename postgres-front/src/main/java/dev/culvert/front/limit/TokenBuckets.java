package dev.culvert.front.limit;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * A fixed number of token buckets, found by a keyed hash. Lock-free and thread-safe.
 *
 * <p>A bucket is one number: the moment at which it will be full again (the generic cell rate
 * algorithm). Nothing is ever evicted, so nobody can have a bucket forgotten; those who happen to
 * share one, by a chance of one in their number, share its tokens.
 */
final class TokenBuckets {
    private volatile RateLimit limit;
    private final AtomicLongArray fullAt;
    private final LongSupplier clock;
    private final long origin;

    TokenBuckets(RateLimit limit, int buckets, LongSupplier clock) {
        this.limit = limit;
        this.fullAt = new AtomicLongArray(buckets);
        this.clock = clock;
        this.origin = clock.getAsLong();
    }

    /** Takes another limit. Buckets are as full as before, or empty. */
    void replace(RateLimit other) {
        limit = other;
        // no emptier than empty, which it may be by the limit before
        long empty = clock.getAsLong() - origin + other.nanosPerToken() * other.burst();
        for (int index = 0; index < fullAt.length(); index++) {
            fullAt.getAndUpdate(index, before -> Math.min(before, empty));
        }
    }

    /** Takes a token from the bucket of that hash; false when it is empty. */
    boolean take(long hash) {
        int index = (int) Long.remainderUnsigned(hash, fullAt.length());
        RateLimit present = limit;
        long step = present.nanosPerToken();
        long now = clock.getAsLong() - origin;
        while (true) {
            long before = fullAt.get(index);
            long after = Math.max(before, now) + step;
            if (after - now > step * present.burst()) {
                return false;
            }
            if (fullAt.compareAndSet(index, before, after)) {
                return true;
            }
        }
    }
}
