package dev.culvert.front.session;

import java.time.Duration;

/**
 * Measures how long a session has waited for its client. One timer a session, however many
 * statements it runs: the timer looks at the clock when it fires, and sleeps for the rest. It wakes
 * at least as often as the shortest wait that may be asked for.
 */
final class IdleClock {
    private final ClientPort port;
    private final Duration shortest;
    private final Runnable onTimeout;
    private boolean idle;
    private long idleSince;
    private Duration timeout;
    private Runnable callOff = () -> {};

    /**
     * A clock that stands.
     *
     * @param shortest no wait is shorter
     */
    IdleClock(ClientPort port, Duration shortest, Runnable onTimeout) {
        this.port = port;
        this.shortest = shortest;
        this.timeout = shortest;
        this.onTimeout = onTimeout;
    }

    /** The session begins. */
    void start() {
        sleep(shortest);
    }

    /** It is the client's turn, for so long. */
    void waiting(Duration longest) {
        idle = true;
        idleSince = port.nanoTime();
        timeout = longest;
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
        Duration rest = timeout.minusNanos(port.nanoTime() - idleSince);
        if (!idle) {
            sleep(shortest);
        } else if (rest.isPositive()) {
            sleep(rest.compareTo(shortest) < 0 ? rest : shortest);
        } else {
            onTimeout.run();
        }
    }
}
