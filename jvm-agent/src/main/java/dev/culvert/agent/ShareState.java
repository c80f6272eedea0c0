package dev.culvert.agent;

import dev.culvert.agent.dial.ClosedReason;
import java.time.Instant;

/** Whether a database is being shared. */
public sealed interface ShareState {
    /** The relay has not answered yet. */
    record Connecting() implements ShareState {}

    /** Clients can connect. */
    record Live() implements ShareState {}

    /**
     * The relay is about to shut down, and the agent dials another one. Sessions go on.
     *
     * @param reason what the relay's operator says
     * @param attempt how often the agent has dialled since
     */
    record Moving(String reason, int attempt) implements ShareState {}

    /**
     * The connection to the relay broke, and the agent dials again. Sessions wait, and go on as if
     * nothing had been when it is back within the relay's grace period.
     *
     * @param attempt how often the agent has dialled since
     */
    record Resuming(Instant since, int attempt) implements ShareState {}

    /** It is over. */
    record Closed(ClosedReason reason) implements ShareState {}
}
