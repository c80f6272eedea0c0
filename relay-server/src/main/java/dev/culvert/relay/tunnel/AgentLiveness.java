package dev.culvert.relay.tunnel;

import dev.culvert.relay.config.LivenessSettings;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Judges by an agent's silence whether it is gone; PROTOCOL.md section 9. Has no timer of its own:
 * whoever asks brings the time, in nanoseconds. Not thread-safe.
 */
final class AgentLiveness {
    private final LivenessSettings settings;
    private long lastFrame;
    private long lastPing;
    private long lastWebSocketPong;
    private boolean answersPings;
    private boolean hidden;
    private boolean busy;

    /** Begins with the agent's HELLO, as if a PING had been sent then. */
    AgentLiveness(LivenessSettings settings, long now) {
        this.settings = settings;
        lastFrame = now;
        lastPing = now;
    }

    /** A frame has come; null for one of a type that is ignored. */
    void onFrame(@Nullable Frame frame, long now) {
        lastFrame = now;
        busy = false;
        if (frame instanceof Frame.Pong pong) {
            busy = pong.flags().contains(Frame.PongFlag.BUSY);
            hidden = pong.flags().contains(Frame.PongFlag.HIDDEN);
        }
    }

    /** The agent's side has answered a WebSocket ping. */
    void onWebSocketPong(long now) {
        lastWebSocketPong = now;
        answersPings = true;
    }

    /** A PING and a WebSocket ping are on their way. */
    void pinged(long now) {
        lastPing = now;
    }

    boolean isPingDue(long now) {
        return now - lastPing >= settings.pingInterval().toNanos();
    }

    /**
     * Whether the agent is gone.
     *
     * @param owesAnswer whether a batch has no answer yet
     */
    boolean isDead(boolean owesAnswer, long now) {
        return now - lastFrame >= patience(owesAnswer, now).toNanos();
    }

    /** How long until something is to be done, if no frame comes until then. */
    Duration nextLook(boolean owesAnswer, long now) {
        long untilPing = lastPing + settings.pingInterval().toNanos() - now;
        long untilDead = lastFrame + patience(owesAnswer, now).toNanos() - now;
        return Duration.ofNanos(Math.max(0, Math.min(untilPing, untilDead)));
    }

    private Duration patience(boolean owesAnswer, long now) {
        Duration idle = hidden ? settings.hiddenDeadAfter() : settings.deadAfter();
        if (!owesAnswer && !busy) {
            return idle;
        }
        boolean reachable =
                answersPings && now - lastWebSocketPong < settings.deadAfter().toNanos();
        Duration running = reachable ? settings.blockedDeadAfter() : settings.busyDeadAfter();
        return running.compareTo(idle) > 0 ? running : idle;
    }
}
