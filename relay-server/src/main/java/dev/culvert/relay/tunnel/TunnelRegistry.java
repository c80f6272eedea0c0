package dev.culvert.relay.tunnel;

import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.policy.Grant;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The live tunnels of this relay, by name, and the names that wait for their owners. Thread-safe.
 */
public final class TunnelRegistry {
    private final ConcurrentMap<String, LiveTunnel> tunnels = new ConcurrentHashMap<>();
    private final TunnelQuota quota = new TunnelQuota();
    private final NameReservations reservations;
    private final TunnelMeters meters;
    private final Promise<Void> emptied = Promise.promise();
    private final Set<String> taken;
    private volatile boolean closed;
    private volatile boolean paused;

    /**
     * An empty registry.
     *
     * @param reservation how long the name of a tunnel that was lost waits for its owner
     */
    public TunnelRegistry(Duration reservation) {
        this(reservation, System::nanoTime);
    }

    /**
     * The same, and what its tunnels' agents do is counted.
     *
     * @param taken names that no tunnel gets
     */
    public TunnelRegistry(Duration reservation, TunnelMeters meters, Set<String> taken) {
        this.reservations = new NameReservations(reservation, System::nanoTime);
        this.meters = meters;
        this.taken = Set.copyOf(taken);
    }

    /** The same with another clock. */
    TunnelRegistry(Duration reservation, LongSupplier nanoTime) {
        this.reservations = new NameReservations(reservation, nanoTime);
        this.meters = TunnelMeters.none();
        this.taken = Set.of();
    }

    /** Where tunnels count. */
    TunnelMeters meters() {
        return meters;
    }

    /** The live tunnel of that name. */
    public Optional<LiveTunnel> find(String name) {
        return Optional.ofNullable(tunnels.get(name));
    }

    /** What became of a tunnel that wants to be added. */
    enum Added {
        YES,
        /** Its name is in use, or waits for its owner. */
        NAME_TAKEN,
        /** There are too many. */
        LIMIT,
        /** None are let in any more. */
        CLOSED
    }

    /**
     * Adds a tunnel, if it may be.
     *
     * @param secret the secret of a former tunnel of that name, or empty
     * @param most tunnels at a time
     * @param mostOfSubject tunnels of the same subject
     */
    Added add(LiveTunnel tunnel, String secret, int most, int mostOfSubject) {
        if (taken.contains(tunnel.name())) {
            return Added.NAME_TAKEN;
        }
        Grant grant = tunnel.terms().grant();
        if (!quota.take(grant, most, mostOfSubject)) {
            return Added.LIMIT;
        }
        if (!reservations.permits(tunnel.name(), secret)
                || tunnels.putIfAbsent(tunnel.name(), tunnel) != null) {
            quota.release(grant);
            return isClosed() ? Added.CLOSED : Added.NAME_TAKEN;
        }
        if (isClosed()) {
            remove(tunnel);
            return Added.CLOSED;
        }
        reservations.owner(tunnel.name()).ifPresent(tunnel.secrets()::inherit);
        reservations.remove(tunnel.name());
        return Added.YES;
    }

    /** Puts a tunnel in another's place; false when the other is not there any more. */
    boolean replace(LiveTunnel former, LiveTunnel tunnel) {
        tunnel.secrets().inherit(former.secrets().own());
        boolean replaced = tunnels.replace(former.name(), former, tunnel);
        if (replaced) {
            quota.move(former.terms().grant(), tunnel.terms().grant());
        }
        return replaced;
    }

    /** Removes a tunnel; does nothing when another has its name by now. */
    void remove(LiveTunnel tunnel) {
        if (tunnels.remove(tunnel.name(), tunnel)) {
            quota.release(tunnel.terms().grant());
        }
        completeIfEmpty();
    }

    /** Removes a tunnel, and keeps its name for its owner. */
    void removeAndReserve(LiveTunnel tunnel) {
        reservations.reserve(tunnel.name(), tunnel.secrets().own());
        remove(tunnel);
    }

    /**
     * Lets no tunnel in any more.
     *
     * @return completes when the last one has ended
     */
    Future<Void> close() {
        closed = true;
        completeIfEmpty();
        return emptied.future();
    }

    /** Lets no tunnel in until {@link #resume}. */
    public void pause() {
        paused = true;
    }

    /** Ends a pause; a registry that is closed stays so. */
    public void resume() {
        paused = false;
    }

    /** Whether tunnels are let in no more, or not now. */
    public boolean isClosed() {
        return closed || paused;
    }

    /**
     * Asks the agents to move, one after the other.
     *
     * @param told what their owners read
     * @param still asked before each
     */
    public void drain(DrainSettings times, String told, BooleanSupplier still) {
        Collection<LiveTunnel> present = all();
        long step = times.spread().toNanos() / Math.max(1, present.size());
        long delay = 0;
        for (LiveTunnel tunnel : present) {
            tunnel.drain(Duration.ofNanos(delay), told, times.idleWait(), still);
            delay += step;
        }
    }

    private void completeIfEmpty() {
        if (closed && tunnels.isEmpty()) {
            emptied.tryComplete();
        }
    }

    /** The live tunnels at this moment. */
    public Collection<LiveTunnel> all() {
        return List.copyOf(tunnels.values());
    }
}
