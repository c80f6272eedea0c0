package dev.culvert.tunnel.stream;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Whose turn it is to send DATA: streams that have something take turns, one frame each, while the
 * WebSocket takes more.
 */
final class Turns {
    /** One of those that take turns. */
    abstract static class Sender {
        /** Whether it waits in the round. Only {@link Turns} touches it. */
        private boolean scheduled;

        /** Whether {@link #sendNext} would send something. */
        abstract boolean hasSendable();

        /** Sends one DATA frame, and the CLOSE that follows the last one. */
        abstract void sendNext();
    }

    private final FrameOutput output;
    private final Queue<Sender> round = new ArrayDeque<>();
    private boolean pumping;

    Turns(FrameOutput output) {
        this.output = output;
    }

    /** The sender may have something to send. */
    void schedule(Sender sender) {
        if (!sender.scheduled && sender.hasSendable()) {
            sender.scheduled = true;
            round.add(sender);
        }
        pump();
    }

    /** Sends what may be sent. */
    void pump() {
        if (pumping) {
            return; // a listener that sends while it is told: the loop below goes on with it
        }
        pumping = true;
        try {
            while (!round.isEmpty() && output.isWritable()) {
                takeTurn(round.remove());
            }
        } finally {
            pumping = false;
        }
    }

    private void takeTurn(Sender sender) {
        try {
            if (sender.hasSendable()) {
                sender.sendNext();
            }
        } finally {
            sender.scheduled = sender.hasSendable();
            if (sender.scheduled) {
                round.add(sender);
            }
        }
    }
}
