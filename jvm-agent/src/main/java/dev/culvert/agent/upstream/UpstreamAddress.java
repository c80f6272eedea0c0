package dev.culvert.agent.upstream;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which Postgres server, and as whom.
 *
 * @param host a name, an address, or the folder of a Unix socket
 * @param password empty when the server asks for none
 * @param database the only one that clients reach
 * @param rootCertificate certificates in PEM to trust; empty for Java's own
 */
public record UpstreamAddress(
        String host,
        int port,
        String user,
        Optional<String> password,
        String database,
        SslMode sslMode,
        Optional<Path> rootCertificate) {
    private static final int DEFAULT_PORT = 5432;

    /**
     * Reads {@code postgres://user:password@host:port/database?sslmode=…&sslrootcert=…}, as libpq
     * does: {@code postgresql:} is the same, the port defaults to 5432, the user to the system's,
     * the database to the user's name, and sslmode to {@code prefer}. User, password, host and port
     * may also be parameters; a host that begins with a slash is the folder of a Unix socket.
     *
     * @throws IllegalArgumentException when that cannot be read; shows no password
     */
    public static UpstreamAddress parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // neither its message nor itself as a cause: it repeats the password
            throw new IllegalArgumentException(
                    "the upstream is no URL that can be read: " + e.getReason());
        }
        String scheme = uri.getScheme();
        require(
                "postgres".equals(scheme) || "postgresql".equals(scheme),
                "the upstream is no postgres:// URL");
        Map<String, String> query = query(uri.getRawQuery());
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        int at = authority.lastIndexOf('@');
        String[] login = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String host =
                Optional.ofNullable(query.remove("host"))
                        .or(() -> Optional.ofNullable(uri.getHost()).map(UpstreamAddress::bare))
                        .orElseThrow(() ->
                                new IllegalArgumentException("the upstream's URL names no host"));
        String user =
                Optional.ofNullable(query.remove("user"))
                        .or(() ->
                                login.length > 0 && !login[0].isEmpty()
                                        ? Optional.of(decoded(login[0]))
                                        : Optional.empty())
                        .orElseGet(() -> System.getProperty("user.name"));
        Optional<String> password =
                Optional.ofNullable(query.remove("password"))
                        .or(() ->
                                login.length > 1
                                        ? Optional.of(decoded(login[1]))
                                        : Optional.empty());
        String port = query.remove("port");
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        SslMode mode = SslMode.of(query.getOrDefault("sslmode", SslMode.PREFER.text()));
        Optional<Path> root = Optional.ofNullable(query.get("sslrootcert")).map(Path::of);
        query.remove("sslmode");
        query.remove("sslrootcert");
        require(query.isEmpty(), "the upstream's URL has unknown parameters: " + query.keySet());
        require(port == null || port.matches("[0-9]{1,5}"), "the upstream's port is none: " + port);
        return new UpstreamAddress(
                host,
                port != null
                        ? Integer.parseInt(port)
                        : uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                user,
                password,
                path.length() > 1 ? decoded(path.substring(1)) : user,
                mode,
                root);
    }

    /** With another password, or with one at all. */
    public UpstreamAddress withPassword(String newPassword) {
        return new UpstreamAddress(
                host, port, user, Optional.of(newPassword), database, sslMode, rootCertificate);
    }

    /** The file of a Unix socket; empty for TCP. */
    Optional<Path> socket() {
        return host.startsWith("/")
                ? Optional.of(Path.of(host, ".s.PGSQL." + port))
                : Optional.empty();
    }

    /** Whether nobody outside of this machine can listen. */
    boolean isLoopback() {
        if (host.equals("localhost") || socket().isPresent()) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name
        }
    }

    /** Whether the server has to show a certificate of a trusted authority. */
    boolean verifies() {
        return sslMode.compareTo(SslMode.VERIFY_CA) >= 0
                || (sslMode == SslMode.REQUIRE && rootCertificate.isPresent());
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return socket().isPresent()
                ? "postgres://" + user + "@/" + database + "?host=" + host
                : "postgres://" + user + "@" + host + ":" + port + "/" + database;
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        if (raw != null) {
            for (String each : raw.split("&", -1)) {
                String[] parts = each.split("=", 2);
                query.put(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
            }
        }
        return query;
    }

    /** An IPv6 address without its brackets. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
