package dev.culvert.agent;

import dev.culvert.agent.dial.ClosedReason;

/** A relay cannot be reached, or refuses. */
public final class ShareException extends RuntimeException {
    private final transient ClosedReason reason;

    ShareException(ClosedReason reason) {
        super(reason.message());
        this.reason = reason;
    }

    /** Why, and what to do about it. */
    public ClosedReason reason() {
        return reason;
    }
}
