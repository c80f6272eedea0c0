package dev.culvert.agent.dial;

import dev.culvert.front.limit.Cidr;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxy on the way to a relay.
 *
 * @param user for the proxy, if it asks
 */
public record ProxyAddress(
        Kind kind, String host, int port, Optional<String> user, Optional<String> password) {
    private static final int HTTP_PORT = 80;
    private static final int SOCKS_PORT = 1080;

    /** How to speak to it. */
    public enum Kind {
        /** With CONNECT. */
        HTTP,
        /** SOCKS version 5. */
        SOCKS5
    }

    /**
     * Reads {@code http://user:password@host:port} or {@code socks5://…}; without a scheme it is
     * {@code http}.
     *
     * @throws IllegalArgumentException for anything else; shows no password
     */
    public static ProxyAddress parse(String url) {
        URI uri;
        try {
            uri = URI.create(url.contains("://") ? url : "http://" + url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the proxy's address is no URL", e);
        }
        Kind kind =
                switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
                    case "http" -> Kind.HTTP;
                    case "socks5", "socks5h", "socks" -> Kind.SOCKS5;
                    default ->
                            throw new IllegalArgumentException(
                                    "a proxy is reached by http:// or socks5://, not by "
                                            + uri.getScheme()
                                            + "://");
                };
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("the proxy's address names no host");
        }
        String[] login =
                uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
        int usual = kind == Kind.HTTP ? HTTP_PORT : SOCKS_PORT;
        return new ProxyAddress(
                kind,
                bare(uri.getHost()),
                uri.getPort() < 0 ? usual : uri.getPort(),
                login.length > 0 ? Optional.of(decoded(login[0])) : Optional.empty(),
                login.length > 1 ? Optional.of(decoded(login[1])) : Optional.empty());
    }

    /**
     * What {@code HTTPS_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} say, in capitals or not (the
     * latter counts first), as curl reads them.
     *
     * @throws IllegalArgumentException for a proxy that cannot be used
     */
    public static Optional<ProxyAddress> fromEnvironment(
            Map<String, String> environment, URI relay) {
        int port = relay.getPort() < 0 ? VertxDialer.HTTPS_PORT : relay.getPort();
        if (variable(environment, "no_proxy")
                .map(list -> isExempt(bare(relay.getHost()), port, list))
                .orElse(false)) {
            return Optional.empty();
        }
        return variable(environment, "https_proxy")
                .or(() -> variable(environment, "all_proxy"))
                .map(ProxyAddress::parse);
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT))
                .map(environment::get)
                .filter(value -> value != null && !value.isBlank())
                .map(String::strip)
                .findFirst();
    }

    /** Whether one of the names, suffixes, addresses and ranges of a list is the host. */
    private static boolean isExempt(String host, int port, String list) {
        InetAddress address = literal(host);
        return Stream.of(list.split("[,\\s]+"))
                .map(entry -> entry.toLowerCase(Locale.ROOT))
                .anyMatch(entry -> isMeant(host.toLowerCase(Locale.ROOT), address, port, entry));
    }

    private static boolean isMeant(
            String host, @Nullable InetAddress address, int port, String entry) {
        if (entry.isEmpty()) {
            return false;
        }
        if (entry.equals("*")) {
            return true;
        }
        if (address != null) {
            try {
                return Cidr.parse(bare(entry)).contains(address);
            } catch (IllegalArgumentException e) {
                // a name, or an address with a port
            }
        }
        int colon = entry.lastIndexOf(':');
        if (colon >= 0 && entry.substring(colon + 1).matches("[0-9]{1,5}")) {
            return entry.substring(colon + 1).equals(Integer.toString(port))
                    && isMeant(host, address, port, entry.substring(0, colon));
        }
        String name = entry.startsWith("*.") ? entry.substring(2) : withoutDot(entry);
        return host.equals(name) || host.endsWith("." + name);
    }

    private static String withoutDot(String entry) {
        return entry.startsWith(".") ? entry.substring(1) : entry;
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** An IPv6 address without its brackets. */
    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "://" + host + ":" + port;
    }
}
