package dev.culvert.relay.tunnel;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The live tunnels of this relay, by name. Thread-safe. */
public final class TunnelRegistry {
    private final ConcurrentMap<String, LiveTunnel> tunnels = new ConcurrentHashMap<>();

    /** The live tunnel of that name. */
    public Optional<LiveTunnel> find(String name) {
        return Optional.ofNullable(tunnels.get(name));
    }

    /** Adds a tunnel; false when its name is taken. */
    boolean add(LiveTunnel tunnel) {
        return tunnels.putIfAbsent(tunnel.name(), tunnel) == null;
    }

    /** Removes a tunnel; does nothing when another has its name by now. */
    void remove(LiveTunnel tunnel) {
        tunnels.remove(tunnel.name(), tunnel);
    }

    /** The live tunnels at this moment. */
    Collection<LiveTunnel> all() {
        return List.copyOf(tunnels.values());
    }
}
