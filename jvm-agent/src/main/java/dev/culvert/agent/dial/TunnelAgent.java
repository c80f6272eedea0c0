package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.stream.StreamAcceptor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's side of a tunnel, which outlives the WebSockets that carry it.
 *
 * <pre>
 *                          ┌───────────── WELCOME ──────────────┐
 *                          ▼                                    │
 *   Connecting ─WELCOME─▶ Live ─asked to move─▶ Moving ─broke─▶ Resuming
 *       │                  │ ▲  └─────────── WebSocket broke ────▲ │
 *       │                  │ └──── WELCOME ──────┘                 │
 *       │                  └─ stop(), violation, a code that permits no resume
 *       ▼                  ▼                                       ▼  grace period over
 *     Closed ◀─────────────┴───────────────────────────────────────┘
 * </pre>
 *
 * <p>While it is Moving, the tunnel through the relay that drains goes on, and {@code candidate} is
 * the WebSocket to another. After that the old one is one of the {@link Departures}.
 *
 * <p>All on the thread of its {@link Surroundings}.
 */
public final class TunnelAgent {
    /** A relay that does not answer must not use up the grace period with one attempt. */
    private static final Duration RESUME_TIMEOUT = Duration.ofSeconds(10);

    private sealed interface State {
        record Connecting() implements State {}

        record Live() implements State {}

        /**
         * @param refused why there is no use in dialling again, or null
         */
        record Moving(String reason, int attempts, @Nullable ConnectionEnd refused)
                implements State {}

        /**
         * @param graceEndsAt by the clock of the surroundings
         */
        record Resuming(Instant since, long graceEndsAt, int attempts) implements State {}

        record Closed() implements State {}
    }

    /** How the relay knows this tunnel again. */
    private record Known(String name, Frame.Resumption resume) {}

    private final TunnelSettings settings;
    private final Dialer dialer;
    private final Surroundings surroundings;
    private final StreamAcceptor sessions;
    private final BooleanSupplier busy;
    private final TunnelListener listener;
    private final Backoff backoff;
    private final Departures departures = new Departures();
    private State state = new State.Connecting();
    private @Nullable RelayConnection connection;
    private @Nullable RelayConnection candidate;
    private @Nullable Epoch epoch;
    private @Nullable Known known;
    private Runnable callOffRedial = () -> {};

    /**
     * A tunnel that has not begun to dial.
     *
     * @param sessions takes new sessions in
     * @param busy whether a batch runs
     */
    public TunnelAgent(
            TunnelSettings settings,
            Dialer dialer,
            Surroundings surroundings,
            StreamAcceptor sessions,
            BooleanSupplier busy,
            TunnelListener listener) {
        this.settings = settings;
        this.dialer = dialer;
        this.surroundings = surroundings;
        this.sessions = sessions;
        this.busy = busy;
        this.listener = listener;
        this.backoff = new Backoff(surroundings::random);
    }

    /** Dials, and says HELLO when the WebSocket opens. */
    public void start() {
        connection = dial(settings.connectTimeout());
    }

    /**
     * Ends the tunnel for its owner, and tells clients and the relay.
     *
     * @param reason what clients are told
     * @param done called when the relay has been told, if it can be reached
     */
    public void stop(Refusal reason, Runnable done) {
        close(Optional.of(CloseCode.CLOSED), "", reason, done);
    }

    /** A stream is gone: what was left for it may be let go. */
    public void onStreamGone() {
        departures.letGo();
    }

    private RelayConnection dial(Duration timeout) {
        Events events = new Events();
        RelayConnection made = new RelayConnection(() -> hello(), timeout, surroundings, events);
        events.connection = made;
        dialer.dial(made);
        return made;
    }

    private static Duration shorter(Duration left, Duration right) {
        return left.compareTo(right) < 0 ? left : right;
    }

    /** What one of the connections tells. */
    private final class Events implements RelayConnection.Listener {
        private @Nullable RelayConnection connection;

        private RelayConnection source() {
            RelayConnection present = connection;
            if (present == null) {
                throw new IllegalStateException("told before it dials");
            }
            return present;
        }

        @Override
        public void onWelcome(Frame.Welcome welcome) {
            TunnelAgent.this.onWelcome(source(), welcome);
        }

        @Override
        public void onFrame(Frame frame) {
            Epoch present = epochOf(source());
            if (source() == TunnelAgent.this.connection) {
                backoff.reset();
            }
            if (present != null) {
                present.onFrame(frame);
                departures.letGo();
            } else if (frame instanceof Frame.Data data) {
                data.payload().release();
            }
        }

        @Override
        public void onAskedToMove(String message) {
            TunnelAgent.this.onAskedToMove(source(), message);
        }

        @Override
        public void onWritable() {
            Epoch present = epochOf(source());
            if (present != null) {
                present.onWritable();
            }
        }

        @Override
        public void onEnded(ConnectionEnd end) {
            TunnelAgent.this.onEnded(source(), end);
        }
    }

    private @Nullable Epoch epochOf(RelayConnection from) {
        return from == connection ? epoch : departures.epochOf(from);
    }

    private Frame.Hello hello() {
        Known present = known;
        if (present == null) {
            return settings.hello(null);
        }
        // what is moved is shared anew at the other relay
        Epoch kept = state instanceof State.Moving ? null : epoch;
        return settings.hello(
                new Frame.Resume(
                        present.name(),
                        present.resume().secret(),
                        kept == null ? null : kept.received()));
    }

    private void onWelcome(RelayConnection from, Frame.Welcome welcome) {
        Frame.Resumption resume = welcome.resume();
        if (resume != null && resume.received() != null) {
            Epoch present = epoch;
            if (!(state instanceof State.Resuming) || present == null) {
                throw new ProtocolViolationException("WELCOME resumes a tunnel that is new");
            }
            present.resume(from.socket(), resume.received());
        } else {
            leave(from);
            beginEpoch(from, welcome);
        }
        if (connection != from) {
            return; // what was sent again has ended it
        }
        known = resume == null ? null : new Known(welcome.name(), resume);
        state = new State.Live();
        callOffRedial.run();
        listener.onLive(welcome);
    }

    /** The candidate has arrived: the tunnel that it takes the place of goes on until empty. */
    private void leave(RelayConnection from) {
        if (candidate != from) {
            return;
        }
        RelayConnection left = connection;
        Epoch leftEpoch = epoch;
        candidate = null;
        connection = from;
        epoch = null;
        if (left != null && leftEpoch != null) {
            departures.add(left, leftEpoch);
        }
    }

    /** The first one, or one after a tunnel that the relay does not have any more. */
    private void beginEpoch(RelayConnection from, Frame.Welcome welcome) {
        if (epoch != null) {
            epoch.abandon();
        }
        epoch =
                new Epoch(
                        welcome,
                        from.socket(),
                        settings.windows(),
                        surroundings,
                        sessions,
                        busy,
                        () -> onNeverAcknowledged(from));
    }

    /** Later, since it may come in the middle of a stream's turn. */
    private void onNeverAcknowledged(RelayConnection from) {
        surroundings
                .executor()
                .execute(() -> {
                    String message = "frames are never acknowledged";
                    if (departures.epochOf(from) != null) {
                        departures.end(from, Optional.of(CloseCode.VIOLATION), message);
                    } else {
                        close(Optional.of(CloseCode.VIOLATION), message, null, () -> {});
                    }
                });
    }

    private void onAskedToMove(RelayConnection from, String reason) {
        if (state instanceof State.Live && from == connection && known != null) {
            state = new State.Moving(reason, 0, null);
            listener.onMoving(reason, 0);
            waitAndMove();
        }
    }

    private void waitAndMove() {
        redial(
                backoff.next(),
                () -> {
                    if (!(state instanceof State.Moving(String reason, int attempts, _))) {
                        return;
                    }
                    state = new State.Moving(reason, attempts + 1, null);
                    listener.onMoving(reason, attempts + 1);
                    candidate = dial(shorter(settings.connectTimeout(), RESUME_TIMEOUT));
                });
    }

    private void onEnded(RelayConnection from, ConnectionEnd end) {
        if (departures.epochOf(from) != null) {
            departures.end(from, end.code(), end.message());
            return;
        }
        if (state instanceof State.Moving(String reason, int attempts, _) && from == candidate) {
            candidate = null;
            if (end.permitsDial()) {
                waitAndMove();
            } else {
                state = new State.Moving(reason, attempts, end);
            }
            return;
        }
        connection = null;
        switch (state) {
            case State.Connecting _ -> close(end);
            case State.Live _ -> {
                if (end.permitsDial() && known != null) {
                    toResuming(known, end.code().equals(Optional.of(CloseCode.DRAINING)));
                } else {
                    close(end);
                }
            }
            case State.Moving(_, _, ConnectionEnd refused) -> {
                if (refused != null) {
                    close(refused);
                } else if (end.permitsDial() && known != null) {
                    toResuming(known, true);
                } else {
                    close(end);
                }
            }
            case State.Resuming resuming -> {
                if (!end.permitsDial()) {
                    close(end);
                } else if (surroundings.nanoTime() - resuming.graceEndsAt() >= 0) {
                    close(
                            ConnectionEnd.lost(
                                    "the agent was not back within the grace period ("
                                            + end.asReason().message()
                                            + ")",
                                    false));
                } else {
                    waitAndDial(resuming.graceEndsAt());
                }
            }
            case State.Closed _ -> {
                // told already
            }
        }
    }

    /**
     * @param over whether the relay has given the tunnel up, so that only another epoch can follow
     */
    private void toResuming(Known present, boolean over) {
        long graceEndsAt =
                surroundings.nanoTime() + Duration.ofSeconds(present.resume().grace()).toNanos();
        State.Resuming resuming = new State.Resuming(Instant.now(), graceEndsAt, 0);
        state = resuming;
        Epoch broken = epoch;
        if (broken != null) {
            broken.detach();
            if (over) {
                epoch = null;
                broken.abandon();
            }
        }
        listener.onResuming(resuming.since(), 0);
        // an attempt to move that is under way will do as well
        connection = candidate;
        candidate = null;
        if (connection == null) {
            waitAndDial(graceEndsAt);
        }
    }

    /** The last attempt is made when the grace period ends: the relay may have noticed later. */
    private void waitAndDial(long graceEndsAt) {
        Duration left = Duration.ofNanos(Math.max(0, graceEndsAt - surroundings.nanoTime()));
        redial(
                shorter(left, backoff.next()),
                () -> {
                    if (!(state instanceof State.Resuming(Instant since, long end, int attempts))) {
                        return;
                    }
                    state = new State.Resuming(since, end, attempts + 1);
                    listener.onResuming(since, attempts + 1);
                    connection = dial(shorter(settings.connectTimeout(), RESUME_TIMEOUT));
                });
    }

    private void redial(Duration delay, Runnable dial) {
        callOffRedial.run();
        callOffRedial = surroundings.schedule(delay, dial);
    }

    private void close(ConnectionEnd end) {
        close(end.code(), end.message(), null, () -> {});
    }

    /**
     * Ends the tunnel, once.
     *
     * @param code empty when the connection was lost
     * @param told what clients and the relay are told, or null when they know or cannot be reached
     */
    private void close(
            Optional<CloseCode> code, String message, @Nullable Refusal told, Runnable done) {
        if (state instanceof State.Closed) {
            done.run();
            return;
        }
        boolean resuming = state instanceof State.Resuming;
        Epoch last = epoch;
        Frame.GoAway goAway =
                new Frame.GoAway(
                        code.orElse(CloseCode.CLOSED).label(), told == null ? "" : told.message());
        Frame.Hello farewell = told != null && resuming && last != null ? hello() : null;
        RelayConnection present = connection;
        RelayConnection coming = candidate;
        state = new State.Closed();
        epoch = null;
        connection = null;
        candidate = null;
        callOffRedial.run();
        if (last != null) {
            if (told != null && !resuming) {
                last.sayGoodbye(told, goAway);
            }
            last.abandon();
        }
        departures.endAll(code.orElse(CloseCode.CLOSED), told, goAway);
        if (present != null) {
            present.end(code, message);
        }
        if (coming != null) {
            coming.end(code, message);
        }
        listener.onClosed(ClosedReason.of(code, message));
        if (farewell == null) {
            done.run();
        } else {
            Farewell.say(dialer, farewell, goAway, surroundings, done);
        }
    }
}
