package dev.culvert.front.limit;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Counts connections. Lock-free but for single keys, and thread-safe.
 *
 * <p>The maps hold only addresses and tunnels that have a connection now, so {@link
 * ConnectionLimits#total} bounds them.
 */
public final class ConnectionLimiter {
    private static final int ADDRESS_BUCKETS = 1 << 14;

    /** Whether a connection may stay. */
    public sealed interface Decision {
        /**
         * It may.
         *
         * @param release to be run once, when it ends
         */
        record Admitted(Runnable release) implements Decision {}

        /** It may not. */
        record Refused(Refusal refusal) implements Decision {}
    }

    private volatile ConnectionLimits limits;
    private final KeyedHash hash = new KeyedHash();
    private final TokenBuckets all;
    private final TokenBuckets addresses;
    private final AtomicInteger total = new AtomicInteger();
    private final AtomicInteger readableRefusals = new AtomicInteger();
    private final ConcurrentMap<AddressKey, Integer> perAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> perTunnel = new ConcurrentHashMap<>();

    /**
     * A limiter.
     *
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    public ConnectionLimiter(ConnectionLimits limits, LongSupplier clock) {
        this.limits = limits;
        this.all = new TokenBuckets(limits.newConnections(), 1, clock);
        this.addresses = new TokenBuckets(limits.newPerAddress(), ADDRESS_BUCKETS, clock);
    }

    /** Takes other limits, for connections that come from now on; those that are here stay. */
    public void replace(ConnectionLimits other) {
        limits = other;
        all.replace(other.newConnections());
        addresses.replace(other.newPerAddress());
    }

    /** A connection came from this address. */
    public Decision connect(InetAddress address) {
        ConnectionLimits limits = this.limits;
        AddressKey key = AddressKey.of(address);
        // the address first: one that is too fast does not take the others' tokens
        if (!addresses.take(hash.of(key.text())) || !all.take(0)) {
            return new Decision.Refused(Refusals.connectingTooFast());
        }
        if (!increment(perAddress, key, limits.perAddress())) {
            return new Decision.Refused(Refusals.tooManyFromAddress(limits.perAddress()));
        }
        if (!increment(total, limits.total())) {
            decrement(perAddress, key);
            return new Decision.Refused(Refusals.tooManyConnections(limits.total()));
        }
        return new Decision.Admitted(() -> {
            total.decrementAndGet();
            decrement(perAddress, key);
        });
    }

    /** A connection wants to log in to this tunnel. */
    public Decision login(String tunnel) {
        int limit = limits.perTunnel();
        return increment(perTunnel, tunnel, limit)
                ? new Decision.Admitted(() -> decrement(perTunnel, tunnel))
                : new Decision.Refused(Refusals.tooManyToTunnel(tunnel, limit));
    }

    /**
     * A refused connection would like to stay until its client can read why.
     *
     * @return whether it may; if so, {@link #endReadableRefusal} is to be called when it ends
     */
    public boolean beginReadableRefusal() {
        return increment(readableRefusals, limits.readableRefusals());
    }

    /** See {@link #beginReadableRefusal}. */
    public void endReadableRefusal() {
        readableRefusals.decrementAndGet();
    }

    /** Connections at this moment, for meters. */
    public int connections() {
        return total.get();
    }

    private static boolean increment(AtomicInteger counter, int limit) {
        while (true) {
            int present = counter.get();
            if (present >= limit) {
                return false;
            }
            if (counter.compareAndSet(present, present + 1)) {
                return true;
            }
        }
    }

    private static <K> boolean increment(ConcurrentMap<K, Integer> counters, K key, int limit) {
        boolean[] taken = {false};
        counters.compute(
                key,
                (_, count) -> {
                    int present = count == null ? 0 : count;
                    taken[0] = present < limit;
                    return taken[0] ? Integer.valueOf(present + 1) : count;
                });
        return taken[0];
    }

    private static <K> void decrement(ConcurrentMap<K, Integer> counters, K key) {
        counters.computeIfPresent(key, (_, count) -> count > 1 ? Integer.valueOf(count - 1) : null);
    }
}
