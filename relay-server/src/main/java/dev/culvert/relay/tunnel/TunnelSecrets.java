package dev.culvert.relay.tunnel;

import org.jspecify.annotations.Nullable;

/**
 * By what an agent proves that a tunnel is its own; PROTOCOL.md section 8.
 *
 * <p>Read where agents are received, on any thread; changed on the tunnel's.
 */
final class TunnelSecrets {
    private final TunnelSecret own = TunnelSecret.make();

    /**
     * The secret of the tunnel whose name this one has taken, until the agent shows that it has had
     * WELCOME with the new one.
     */
    private volatile @Nullable TunnelSecret inherited;

    /** The tunnel's own. */
    TunnelSecret own() {
        return own;
    }

    /** The tunnel takes over the name of one with that secret; before anybody can find it. */
    void inherit(TunnelSecret former) {
        inherited = former;
    }

    /** The agent has shown that it knows the tunnel's own. */
    void forgetInherited() {
        if (inherited != null) {
            inherited = null;
        }
    }

    /** Whether this opens a new epoch of the tunnel. */
    boolean opensEpoch(String secret) {
        TunnelSecret present = inherited;
        return own.is(secret) || (present != null && present.is(secret));
    }
}
