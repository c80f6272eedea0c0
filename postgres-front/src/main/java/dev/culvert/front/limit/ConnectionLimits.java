package dev.culvert.front.limit;

/**
 * How many connections the server takes.
 *
 * @param total at a time
 * @param perAddress at a time from one address (an IPv6 address counts with its /64)
 * @param perTunnel at a time to one tunnel, those that are logging in included
 * @param newConnections how fast new ones may come from all addresses together
 * @param newPerAddress how fast new ones may come from one address
 * @param readableRefusals connections beyond a limit that are kept, at a time, until the client can
 *     read why: libpq shows no text that comes before TLS, so they do their handshake. Those beyond
 *     are closed at once
 */
public record ConnectionLimits(
        int total,
        int perAddress,
        int perTunnel,
        RateLimit newConnections,
        RateLimit newPerAddress,
        int readableRefusals) {
    /**
     * 10 000 connections, 100 from an address and 200 to a tunnel (more than one address can take,
     * so that none can keep all others out); 500 new ones a second (bursts of 1 000), 20 from an
     * address (bursts of 100); 64 readable refusals.
     */
    public static final ConnectionLimits DEFAULTS =
            new ConnectionLimits(
                    10_000, 100, 200, new RateLimit(500, 1_000), new RateLimit(20, 100), 64);

    /** Refuses limits that let nobody in. */
    public ConnectionLimits {
        requireAtLeast("connections.total", total, 1);
        requireAtLeast("connections.perAddress", perAddress, 1);
        requireAtLeast("connections.perTunnel", perTunnel, 1);
        requireAtLeast("connections.readableRefusals", readableRefusals, 0);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " " + value + " is less than " + least);
        }
    }

    /** The same with other numbers of connections. */
    public ConnectionLimits withCounts(int newTotal, int countPerAddress, int newPerTunnel) {
        return new ConnectionLimits(
                newTotal,
                countPerAddress,
                newPerTunnel,
                newConnections,
                newPerAddress,
                readableRefusals);
    }

    /** The same with other rates. */
    public ConnectionLimits withRates(RateLimit ofAll, RateLimit ofAddress) {
        return new ConnectionLimits(
                total, perAddress, perTunnel, ofAll, ofAddress, readableRefusals);
    }

    /** The same with another number of readable refusals. */
    public ConnectionLimits withReadableRefusals(int number) {
        return new ConnectionLimits(
                total, perAddress, perTunnel, newConnections, newPerAddress, number);
    }
}
