package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.relay.policy.Grant;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;

/**
 * What an agent and the relay agreed on.
 *
 * @param grant what the agent's token permits
 * @param grace how long the tunnel waits for its agent to come back; zero when the agent cannot
 * @param sizes of windows and frames
 */
record TunnelTerms(
        String name,
        Grant grant,
        Credentials credentials,
        Frame.Backend backend,
        SharingMode mode,
        SessionTimeouts timeouts,
        Duration lifetime,
        Duration grace,
        TunnelWire.Sizes sizes) {
    boolean isResumable() {
        return grace.isPositive();
    }
}
