package dev.culvert.front.session;

import dev.culvert.front.observe.FrontObserver;

/**
 * Tells how long batches take, and which share of it is the relay's. Only batches that are alone on
 * their way are timed: of pipelined ones nobody could say which waited for which. Four readings of
 * the clock each, and no object. On the session's thread.
 */
final class BatchTimes {
    private enum Stage {
        NONE,
        SENDING,
        RUNNING,
        WRITING
    }

    private final ClientPort port;
    private final FrontObserver observer;
    private Stage stage = Stage.NONE;
    private long since;
    private long relay;
    private long agent;

    BatchTimes(ClientPort port, FrontObserver observer) {
        this.port = port;
        this.observer = observer;
    }

    /**
     * The client's batch is complete.
     *
     * @param alone whether all batches before it are answered
     */
    void sent(boolean alone) {
        observer.onBatchToDatabase();
        stage = alone ? Stage.SENDING : Stage.NONE;
        if (alone) {
            since = port.nanoTime();
            relay = 0;
        }
    }

    /** All that was sent has left. */
    void left() {
        if (stage == Stage.SENDING) {
            relay = lap();
            stage = Stage.RUNNING;
        }
    }

    /** The last byte of an answer has come. */
    void answered() {
        if (stage == Stage.SENDING || stage == Stage.RUNNING) {
            // a backend that does not tell what has left has taken it at once
            agent = lap();
            stage = Stage.WRITING;
        }
    }

    /** The client's socket has the last byte of an answer. */
    void written() {
        if (stage == Stage.WRITING) {
            stage = Stage.NONE;
            observer.onBatchTimed(relay + lap(), agent);
        }
    }

    private long lap() {
        long now = port.nanoTime();
        long lap = now - since;
        since = now;
        return lap;
    }
}
