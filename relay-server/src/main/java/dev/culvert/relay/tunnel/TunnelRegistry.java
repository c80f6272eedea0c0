package dev.culvert.relay.tunnel;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The live tunnels of this relay, by name, and the names that wait for their owners. Thread-safe.
 */
public final class TunnelRegistry {
    private final ConcurrentMap<String, LiveTunnel> tunnels = new ConcurrentHashMap<>();
    private final NameReservations reservations;

    /**
     * An empty registry.
     *
     * @param reservation how long the name of a tunnel that was lost waits for its owner
     */
    public TunnelRegistry(Duration reservation) {
        this.reservations = new NameReservations(reservation, System::nanoTime);
    }

    /** The live tunnel of that name. */
    public Optional<LiveTunnel> find(String name) {
        return Optional.ofNullable(tunnels.get(name));
    }

    /**
     * Adds a tunnel; false when its name is taken or reserved.
     *
     * @param secret the secret of a former tunnel of that name, or empty
     */
    boolean add(LiveTunnel tunnel, String secret) {
        if (!reservations.permits(tunnel.name(), secret)
                || tunnels.putIfAbsent(tunnel.name(), tunnel) != null) {
            return false;
        }
        reservations.remove(tunnel.name());
        return true;
    }

    /** Puts a tunnel in another's place; false when the other is not there any more. */
    boolean replace(LiveTunnel former, LiveTunnel tunnel) {
        return tunnels.replace(former.name(), former, tunnel);
    }

    /** Removes a tunnel; does nothing when another has its name by now. */
    void remove(LiveTunnel tunnel) {
        tunnels.remove(tunnel.name(), tunnel);
    }

    /** Removes a tunnel, and keeps its name for its owner. */
    void removeAndReserve(LiveTunnel tunnel) {
        reservations.reserve(tunnel.name(), tunnel.secret());
        remove(tunnel);
    }

    /** The live tunnels at this moment. */
    Collection<LiveTunnel> all() {
        return List.copyOf(tunnels.values());
    }
}
