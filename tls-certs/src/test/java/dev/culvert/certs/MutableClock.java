package dev.culvert.certs;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until told otherwise. */
public final class MutableClock extends Clock {
    private Instant now;

    /** Starts at the real time, so that JDK and OpenSSL agree with what it dates. */
    public MutableClock() {
        now = Instant.now();
    }

    /** Moves the clock, backwards if negative. */
    public void advance(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
