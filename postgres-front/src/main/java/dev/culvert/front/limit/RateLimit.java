package dev.culvert.front.limit;

/**
 * How often something may happen: a bucket of tokens.
 *
 * @param perSecond tokens that come back each second
 * @param burst tokens in a full bucket
 */
public record RateLimit(int perSecond, int burst) {
    /** Refuses values below 1. */
    public RateLimit {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException(
                    "a rate of "
                            + perSecond
                            + " per second with a burst of "
                            + burst
                            + " lets nothing through");
        }
    }

    /** Nanoseconds that one token takes to come back. */
    long nanosPerToken() {
        return 1_000_000_000L / perSecond;
    }
}
