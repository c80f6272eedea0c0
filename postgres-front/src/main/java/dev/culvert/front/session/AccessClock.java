package dev.culvert.front.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Says when the client's credential has expired.
 *
 * <p>It goes by the time of day, which may jump, or go on while a machine sleeps: therefore it
 * looks again from time to time.
 */
final class AccessClock {
    /** How wrong the end may be after the time of day jumped. */
    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final ClientPort port;
    private final InstantSource clock;
    private final @Nullable Instant expires;
    private final Runnable onExpired;
    private Runnable callOff = () -> {};

    /**
     * A clock that stands still.
     *
     * @param expires null for never
     */
    AccessClock(
            ClientPort port, InstantSource clock, @Nullable Instant expires, Runnable onExpired) {
        this.port = port;
        this.clock = clock;
        this.expires = expires;
        this.onExpired = onExpired;
    }

    /** The session begins. */
    void start() {
        if (expires != null) {
            sleepUntil(expires);
        }
    }

    void stop() {
        callOff.run();
    }

    private void sleepUntil(Instant end) {
        Instant now = clock.instant();
        Instant look = now.plus(LOOK_EVERY);
        Duration delay = Duration.between(now, end.isBefore(look) ? end : look);
        callOff =
                port.schedule(
                        delay.isNegative() ? Duration.ZERO : delay,
                        () -> {
                            if (clock.instant().isBefore(end)) {
                                sleepUntil(end);
                            } else {
                                onExpired.run();
                            }
                        });
    }
}
