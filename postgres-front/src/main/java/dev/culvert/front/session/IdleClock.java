package dev.culvert.front.session;

import java.time.Duration;

/**
 * Measures how long a session has waited for its client. One timer a session, however many
 * statements it runs: the timer looks at the clock when it fires, and sleeps for the rest.
 */
final class IdleClock {
    private final ClientPort port;
    private final Duration timeout;
    private final Runnable onTimeout;
    private boolean idle;
    private long idleSince;
    private Runnable callOff = () -> {};

    IdleClock(ClientPort port, Duration timeout, Runnable onTimeout) {
        this.port = port;
        this.timeout = timeout;
        this.onTimeout = onTimeout;
    }

    /** The session begins, idle. */
    void start() {
        waiting();
        sleep(timeout);
    }

    /** It is the client's turn. */
    void waiting() {
        idle = true;
        idleSince = port.nanoTime();
    }

    /** It is the backend's turn, or the client is in the middle of a batch. */
    void busy() {
        idle = false;
    }

    void stop() {
        callOff.run();
    }

    private void sleep(Duration delay) {
        callOff = port.schedule(delay, this::look);
    }

    private void look() {
        if (!idle) {
            sleep(timeout);
            return;
        }
        Duration rest = timeout.minusNanos(port.nanoTime() - idleSince);
        if (rest.isPositive()) {
            sleep(rest);
        } else {
            onTimeout.run();
        }
    }
}
