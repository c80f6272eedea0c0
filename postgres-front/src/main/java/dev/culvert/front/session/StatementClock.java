package dev.culvert.front.session;

import java.time.Duration;

/**
 * Measures how long the batch runs that is the backend's at the moment, and says when it has run
 * for too long: first to cancel it, and then, if that did not end it, to give up. As in {@link
 * IdleClock}, one timer that looks at the clock.
 */
final class StatementClock {
    /** How long a cancelled batch has to end. */
    static final Duration CANCEL_GRACE = Duration.ofSeconds(5);

    /** What happens to a batch that runs for too long. */
    interface Limits {
        /** Its time is over. */
        void onTimeout();

        /** And it runs on, {@link #CANCEL_GRACE} later. */
        void onStillRunning();
    }

    private final ClientPort port;
    private final Duration timeout;
    private final Limits limits;

    /** The batch that runs, or 0. */
    private int running;

    private boolean cancelled;
    private long runningSince;
    private Runnable callOff = () -> {};

    StatementClock(ClientPort port, Duration timeout, Limits limits) {
        this.port = port;
        this.timeout = timeout;
        this.limits = limits;
    }

    /** The session begins. */
    void start() {
        sleep(timeout);
    }

    /**
     * Says which batch runs.
     *
     * @param batch its number, or 0 for none
     */
    void runs(int batch) {
        if (batch != running) {
            running = batch;
            cancelled = false;
            runningSince = port.nanoTime();
        }
    }

    void stop() {
        callOff.run();
    }

    private void sleep(Duration delay) {
        callOff = port.schedule(delay, this::look);
    }

    private void look() {
        if (running == 0) {
            sleep(timeout);
            return;
        }
        Duration end = cancelled ? timeout.plus(CANCEL_GRACE) : timeout;
        Duration rest = end.minusNanos(port.nanoTime() - runningSince);
        if (rest.isPositive()) {
            sleep(rest.compareTo(timeout) < 0 ? rest : timeout);
        } else if (cancelled) {
            limits.onStillRunning();
        } else {
            cancelled = true;
            limits.onTimeout();
            sleep(CANCEL_GRACE.compareTo(timeout) < 0 ? CANCEL_GRACE : timeout);
        }
    }
}
