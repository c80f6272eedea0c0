package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells a relay that waits for its agent to come back that it will not, so that clients hear it at
 * once: resumes the tunnel only to say GOAWAY.
 */
final class Farewell implements RelayConnection.Listener {
    /** Who stops sharing does not wait longer for a relay that cannot be reached. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Dialer dialer;
    private final Frame.Hello hello;
    private final Frame.GoAway goAway;
    private final Surroundings surroundings;
    private final Backoff backoff;
    private final Runnable done;
    private final Runnable callOffTooLong;
    private Runnable callOffRedial = () -> {};
    private RelayConnection connection;
    private boolean isDone;

    private Farewell(
            Dialer dialer,
            Frame.Hello hello,
            Frame.GoAway goAway,
            Surroundings surroundings,
            Runnable done) {
        this.dialer = dialer;
        this.hello = hello;
        this.goAway = goAway;
        this.surroundings = surroundings;
        this.backoff = new Backoff(surroundings::random);
        this.done = done;
        callOffTooLong = surroundings.schedule(LONGEST, this::finish);
        connection = dial();
    }

    /**
     * Begins.
     *
     * @param hello what resumes the tunnel
     * @param done called once, when it is said or has taken too long
     */
    static void say(
            Dialer dialer,
            Frame.Hello hello,
            Frame.GoAway goAway,
            Surroundings surroundings,
            Runnable done) {
        new Farewell(dialer, hello, goAway, surroundings, done);
    }

    private RelayConnection dial() {
        RelayConnection made = new RelayConnection(() -> hello, LONGEST, surroundings, this);
        dialer.dial(made);
        return made;
    }

    @Override
    public void onWelcome(Frame.Welcome welcome) {
        connection.socket().send(goAway);
        finish();
    }

    @Override
    public void onFrame(Frame frame) {
        if (frame instanceof Frame.Data data) {
            data.payload().release();
        }
    }

    @Override
    public void onAskedToMove(String message) {
        // it does
    }

    @Override
    public void onWritable() {
        // nothing waits
    }

    @Override
    public void onEnded(ConnectionEnd end) {
        if (end.permitsDial()) {
            callOffRedial = surroundings.schedule(backoff.next(), () -> connection = dial());
        } else {
            finish();
        }
    }

    private void finish() {
        if (isDone) {
            return;
        }
        isDone = true;
        callOffTooLong.run();
        callOffRedial.run();
        connection.end(Optional.of(CloseCode.CLOSED), goAway.message());
        done.run();
    }
}
