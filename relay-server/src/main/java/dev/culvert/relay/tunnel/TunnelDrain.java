package dev.culvert.relay.tunnel;

import java.time.Duration;

/**
 * How far an agent is that has to move to another relay; PROTOCOL.md section 9.
 *
 * <pre>
 *   Staying ── begin ──▶ Untold ── tell ──▶ Told ── waitOver ──▶ LettingGo
 * </pre>
 *
 * <p>Decides nothing by itself: {@link LiveTunnel} sends, waits and ends. Belongs to the tunnel's
 * thread.
 */
final class TunnelDrain {
    private sealed interface Stage {
        /** No relay asks for a move. */
        record Staying() implements Stage {}

        /**
         * The agent is away, or has not been asked for another reason.
         *
         * @param reason what its owner is to read
         * @param idleWait how long it and its idle sessions get, from when it was asked
         */
        record Untold(String reason, Duration idleWait) implements Stage {}

        record Told(String reason, Duration idleWait) implements Stage {}

        /** Ends with its last stream. */
        record LettingGo(String reason) implements Stage {}
    }

    private Stage stage = new Stage.Staying();

    /**
     * The agent is to move.
     *
     * @return whether that is new
     */
    boolean begin(String reason, Duration idleWait) {
        if (isOn()) {
            return false;
        }
        stage = new Stage.Untold(reason, idleWait);
        return true;
    }

    /** The agent has been told. */
    void tell() {
        if (stage instanceof Stage.Untold(String reason, Duration idleWait)) {
            stage = new Stage.Told(reason, idleWait);
        }
    }

    /** The agent and idle sessions had their time. */
    void waitOver() {
        stage = new Stage.LettingGo(reason());
    }

    /** Whether the agent is to move: no session is opened any more. */
    boolean isOn() {
        return !(stage instanceof Stage.Staying);
    }

    /** Whether the agent knows, and so will not come back. */
    boolean isKnown() {
        return stage instanceof Stage.Told || stage instanceof Stage.LettingGo;
    }

    /** Whether the tunnel ends with its last stream. */
    boolean isLettingGo() {
        return stage instanceof Stage.LettingGo;
    }

    /** How long the agent and idle sessions get from now. */
    Duration idleWait() {
        return switch (stage) {
            case Stage.Untold(String _, Duration idleWait) -> idleWait;
            case Stage.Told(String _, Duration idleWait) -> idleWait;
            case Stage.LettingGo _, Stage.Staying _ -> Duration.ZERO;
        };
    }

    /** What the agent's owner reads. */
    String reason() {
        return switch (stage) {
            case Stage.Staying _ -> "";
            case Stage.Untold(String reason, Duration _) -> reason;
            case Stage.Told(String reason, Duration _) -> reason;
            case Stage.LettingGo(String reason) -> reason;
        };
    }
}
