package dev.culvert.front.listen;

import dev.culvert.front.limit.Cidr;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * Whether connections come through a proxy that says, in front of the client's bytes, where the
 * client is (the PROXY protocol, versions 1 and 2).
 *
 * @param mode whether the header may, or must, be there
 * @param trusted where the proxies are; a header from elsewhere ends the connection, since anybody
 *     could write one
 * @param timeout how long the header may take from the connection on
 */
public record ProxyProtocol(Mode mode, List<Cidr> trusted, Duration timeout) {
    /** Whether there is a header. */
    public enum Mode {
        /** Never: its bytes are as wrong as any. */
        OFF,
        /** A trusted proxy may send one; others connect directly. */
        ACCEPTED,
        /** Every connection comes from a trusted proxy and begins with one. */
        REQUIRED
    }

    /** No proxy. */
    public static final ProxyProtocol OFF =
            new ProxyProtocol(Mode.OFF, List.of(), Duration.ofSeconds(5));

    /** Checks the values. */
    public ProxyProtocol {
        trusted = List.copyOf(trusted);
        if (mode != Mode.OFF && trusted.isEmpty()) {
            throw new IllegalArgumentException(
                    "proxyProtocol.trusted is empty: name the proxies' addresses");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException(
                    "proxyProtocol.timeout " + timeout + " is not positive");
        }
    }

    /** Headers from these ranges, within 5 seconds. */
    public static ProxyProtocol from(Mode mode, List<String> trusted) {
        return new ProxyProtocol(
                mode, trusted.stream().map(Cidr::parse).toList(), Duration.ofSeconds(5));
    }

    boolean trusts(InetAddress address) {
        return trusted.stream().anyMatch(range -> range.contains(address));
    }
}
