package dev.culvert.front.limit;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Time that passes when a test says so. */
final class ManualClock implements LongSupplier {
    private long nanos = Long.MAX_VALUE - 5_000_000_000L; // overflows soon, as nanoTime may

    @Override
    public long getAsLong() {
        return nanos;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }
}
