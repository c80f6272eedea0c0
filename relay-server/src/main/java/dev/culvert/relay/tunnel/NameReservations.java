package dev.culvert.relay.tunnel;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Names that wait for the owners of tunnels that are over. Bounded: the oldest reservation gives
 * way to a new one. Thread-safe; asked when an agent says HELLO, not on the data path.
 */
final class NameReservations {
    /** Most reservations at a time. */
    static final int MAX = 10_000;

    private record Reservation(TunnelSecret secret, long expiresNanos) {}

    /** In the order of their making, which is that of their expiry. */
    private final Map<String, Reservation> reservations = new LinkedHashMap<>();

    private final Duration duration;
    private final LongSupplier nanoTime;

    NameReservations(Duration duration, LongSupplier nanoTime) {
        this.duration = duration;
        this.nanoTime = nanoTime;
    }

    synchronized void reserve(String name, TunnelSecret secret) {
        dropExpired();
        reservations.remove(name);
        if (reservations.size() >= MAX) {
            Iterator<String> oldest = reservations.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        reservations.put(name, new Reservation(secret, nanoTime.getAsLong() + duration.toNanos()));
    }

    /** Whose the name is: the secret of a tunnel that is over; empty when it is nobody's. */
    synchronized Optional<TunnelSecret> owner(String name) {
        dropExpired();
        return Optional.ofNullable(reservations.get(name)).map(Reservation::secret);
    }

    /**
     * Whether an agent may take the name; the secret is that of a tunnel that is over, or empty.
     */
    synchronized boolean permits(String name, String secret) {
        dropExpired();
        Reservation reservation = reservations.get(name);
        return reservation == null || reservation.secret.is(secret);
    }

    /** Forgets a reservation, since the name is in use again. */
    synchronized void remove(String name) {
        reservations.remove(name);
    }

    private void dropExpired() {
        long now = nanoTime.getAsLong();
        Iterator<Reservation> oldest = reservations.values().iterator();
        while (oldest.hasNext() && oldest.next().expiresNanos - now <= 0) {
            oldest.remove();
        }
    }
}
