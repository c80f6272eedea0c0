package dev.culvert.agent.dial;

/** Opens WebSockets to a relay. */
@FunctionalInterface
public interface Dialer {
    /**
     * Begins to dial; the listener hears of it, on the tunnel's thread and not before this returns.
     */
    void dial(SocketListener listener);
}
