package dev.culvert.agent.dial;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.frame.Role;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of a tunnel, from dialling to its end.
 *
 * <pre>
 *   DIALLING ── open ──▶ GREETING ── WELCOME ──▶ OPEN ── end(), violation, silence, closed ──▶ ENDED
 *       └── failed ─────────┴── closed, no WELCOME in time ──────────────────────────────────────▲
 * </pre>
 */
final class RelayConnection implements SocketListener {
    /** The relay sends PING every 20 seconds; after this long without any frame it is dead. */
    static final Duration SILENCE = Duration.ofSeconds(45);

    /** A timer that comes so late was held up: the computer slept, say. */
    private static final Duration LATE = Duration.ofSeconds(1);

    /** What has come meanwhile gets this long to be looked at. */
    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    /** What a WebSocket that broke is told, in case that it can hear it. */
    private static final int NORMAL = 1000;

    private enum State {
        DIALLING,
        GREETING,
        OPEN,
        ENDED
    }

    /** What a connection tells its tunnel; the first two may throw a violation. */
    interface Listener {
        void onWelcome(Frame.Welcome welcome);

        /** A frame after WELCOME, but no GOAWAY. Takes over the payload of DATA. */
        void onFrame(Frame frame);

        /** The relay drains; the connection goes on. */
        void onAskedToMove(String message);

        /** The WebSocket takes more again. */
        void onWritable();

        /** Once, unless the tunnel ended the connection itself; nothing comes after it. */
        void onEnded(ConnectionEnd end);
    }

    private final Supplier<Frame.Hello> hello;
    private final Surroundings surroundings;
    private final Listener listener;
    private State state = State.DIALLING;
    private @Nullable AgentSocket socket;
    private Frame.@Nullable GoAway goAway;
    private long lastFrameAt;
    private Runnable callOffTimer;

    /**
     * A connection that is about to dial.
     *
     * @param hello made when the WebSocket opens, so that it tells what was received until then
     * @param timeout from dialling to WELCOME
     */
    RelayConnection(
            Supplier<Frame.Hello> hello,
            Duration timeout,
            Surroundings surroundings,
            Listener listener) {
        this.hello = hello;
        this.surroundings = surroundings;
        this.listener = listener;
        callOffTimer =
                surroundings.schedule(
                        timeout,
                        () ->
                                fail(
                                        Optional.of(CloseCode.DEAD),
                                        "no WELCOME within " + timeout.toMillis() + " ms"));
    }

    /** The WebSocket, once it is open. */
    AgentSocket socket() {
        AgentSocket present = socket;
        if (present == null) {
            throw new IllegalStateException("the WebSocket is not open");
        }
        return present;
    }

    /** Closes the WebSocket; the listener hears nothing any more. */
    void end(Optional<CloseCode> code, String message) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        callOffTimer.run();
        if (socket != null) {
            socket.close(code.map(CloseCode::code).orElse(NORMAL), message);
        }
    }

    @Override
    public void onOpen(AgentSocket opened) {
        if (state == State.ENDED) {
            opened.close(NORMAL, "");
            return;
        }
        socket = opened;
        state = State.GREETING;
        opened.send(hello.get());
    }

    @Override
    public void onFailed(Throwable cause) {
        String message = cause.getMessage();
        fail(Optional.empty(), message == null ? cause.toString() : message);
    }

    @Override
    public void onMessage(ByteBuf message) {
        if (state == State.ENDED) {
            return;
        }
        lastFrameAt = surroundings.nanoTime();
        try {
            Frame frame = FrameDecoder.decode(message, Role.AGENT);
            if (frame != null) {
                onFrame(frame);
            }
        } catch (ProtocolViolationException e) {
            fail(Optional.of(e.closeCode()), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void onForeignMessage() {
        fail(Optional.of(CloseCode.VIOLATION), "only whole binary messages are allowed");
    }

    @Override
    public void onWritable() {
        if (state == State.OPEN) {
            listener.onWritable();
        }
    }

    @Override
    public void onClosed(int code, String reason) {
        Optional<CloseCode> known = CloseCode.of(code);
        Frame.GoAway announced = goAway;
        if (known.isEmpty() && announced != null) {
            known = CloseCode.named(announced.code());
        }
        String message = reason.isEmpty() && announced != null ? announced.message() : reason;
        fail(known, known.isEmpty() && message.isEmpty() ? "close code " + code : message);
    }

    private void onFrame(Frame frame) {
        switch (frame) {
            case Frame.GoAway said -> {
                goAway = said;
                if (mayMove() && state == State.OPEN) {
                    listener.onAskedToMove(said.message());
                }
            }
            case Frame.Welcome welcome -> {
                if (state != State.GREETING) {
                    throw new ProtocolViolationException("a second WELCOME");
                }
                state = State.OPEN;
                callOffTimer.run();
                expectMore(SILENCE);
                listener.onWelcome(welcome);
            }
            default -> {
                if (state != State.OPEN) {
                    if (frame instanceof Frame.Data data) {
                        data.payload().release();
                    }
                    throw new ProtocolViolationException(frame.type() + " before WELCOME");
                }
                listener.onFrame(frame);
            }
        }
    }

    private boolean mayMove() {
        return goAway != null && goAway.code().equals(CloseCode.DRAINING.label());
    }

    private void fail(Optional<CloseCode> code, String message) {
        if (state == State.ENDED) {
            return;
        }
        end(code, message);
        listener.onEnded(new ConnectionEnd(code, message, goAway != null && !mayMove()));
    }

    private void expectMore(Duration wait) {
        long due = surroundings.nanoTime() + wait.toNanos();
        callOffTimer = surroundings.schedule(wait, () -> look(due));
    }

    private void look(long due) {
        long now = surroundings.nanoTime();
        long left = lastFrameAt + SILENCE.toNanos() - now;
        if (left > 0) {
            expectMore(Duration.ofNanos(left));
        } else if (now - due > LATE.toNanos()) {
            expectMore(CATCH_UP);
        } else {
            fail(
                    Optional.of(CloseCode.DEAD),
                    "nothing came from the relay for " + SILENCE.toSeconds() + " seconds");
        }
    }
}
