package dev.culvert.front.limit;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Slows down those who try passwords. Thread-safe.
 *
 * <p>Three counts are kept: an address at a tunnel, an address at all tunnels, a tunnel from all
 * addresses. User names play no part, so an unknown user costs an attacker as much as a real one,
 * and tells as little. Memory is fixed; {@link FailureTable} says why nobody gets rid of his record
 * by filling it.
 *
 * <p>An owner is not locked out by others who attack the tunnel: an address that has logged in
 * there is remembered, and only its own failures count for it. Only those who know a password can
 * write to that memory.
 */
public final class AttemptLimiter {
    private static final int KNOWN_ADDRESSES = 4_096;

    private final AttemptLimits limits;
    private final LongSupplier clock;
    private final KeyedHash hash = new KeyedHash();
    private final FailureTable pairs;
    private final FailureTable addresses;
    private final FailureTable tunnels;

    /** Addresses that have logged in to a tunnel, the latest last. Guarded by itself. */
    private final Map<Long, Boolean> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                    return size() > KNOWN_ADDRESSES;
                }
            };

    /**
     * A limiter.
     *
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    public AttemptLimiter(AttemptLimits limits, LongSupplier clock) {
        this.limits = limits;
        this.clock = clock;
        long forget = limits.forgetAfter().plus(limits.longestBlock()).toNanos();
        long halve = limits.halveAfter().toNanos();
        pairs = new FailureTable(limits.records(), forget, Long.MAX_VALUE);
        addresses = new FailureTable(limits.records(), forget, halve);
        tunnels = new FailureTable(limits.records(), forget, halve);
    }

    /**
     * Whether an attempt has to wait, and how long. To be asked before the exchange and again
     * before its proof is looked at, so that many attempts at the same time gain nothing.
     */
    public Optional<Duration> blocked(String tunnel, InetAddress address) {
        Keys of = keys(tunnel, address);
        long now = clock.getAsLong();
        long wait = rest(pairs.find(of.pair, now), limits.perAddress(), now);
        wait =
                Math.max(
                        wait,
                        rest(addresses.find(of.address, now), limits.perAddressEverywhere(), now));
        if (!isKnown(of)) {
            wait = Math.max(wait, rest(tunnels.find(of.tunnel, now), limits.perTunnel(), now));
        }
        return wait > 0 ? Optional.of(Duration.ofNanos(wait)) : Optional.empty();
    }

    /** An attempt failed; returns how long its answer is to wait. */
    public Duration failed(String tunnel, InetAddress address) {
        Keys of = keys(tunnel, address);
        long now = clock.getAsLong();
        addresses.fail(of.address, now);
        tunnels.fail(of.tunnel, now);
        int failures = pairs.fail(of.pair, now);
        return Duration.ofNanos(doubled(limits.firstDelay(), failures - 1, limits.longestDelay()));
    }

    /**
     * An attempt succeeded: the address's record for the tunnel is cleared. Its record for all
     * tunnels is not, or an attacker would clear it with a tunnel of his own.
     */
    public void succeeded(String tunnel, InetAddress address) {
        Keys of = keys(tunnel, address);
        pairs.forget(of.pair);
        synchronized (known) {
            known.put(of.pair, Boolean.TRUE);
        }
    }

    private boolean isKnown(Keys of) {
        synchronized (known) {
            return known.containsKey(of.pair);
        }
    }

    private long rest(FailureTable.Count count, int threshold, long now) {
        if (count.failures() < threshold) {
            return 0;
        }
        long block =
                doubled(limits.firstBlock(), count.failures() - threshold, limits.longestBlock());
        return block - (now - count.lastAt());
    }

    private static long doubled(Duration first, int times, Duration longest) {
        long most = longest.toNanos();
        long nanos = first.toNanos();
        for (int i = 0; i < times && nanos > 0 && nanos < most; i++) {
            nanos *= 2;
        }
        return Math.min(nanos, most);
    }

    /** What a failure is counted under. */
    private record Keys(long pair, long address, long tunnel) {}

    private Keys keys(String tunnel, InetAddress address) {
        String from = AddressKey.of(address).text();
        // a tunnel's name has no slash
        return new Keys(hash.of(from + "/" + tunnel), hash.of(from), hash.of("/" + tunnel));
    }
}
