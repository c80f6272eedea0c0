package dev.culvert.agent.check;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/**
 * A relay's address.
 *
 * @param path where agents connect
 */
public record RelayUrl(String host, int port, String path) {
    private static final Set<String> SCHEMES = Set.of("wss", "https");
    private static final String TUNNEL = "/tunnel";
    private static final int HTTPS_PORT = 443;

    /**
     * Reads {@code wss://HOST[:PORT][/PATH]}, or the same with {@code https} or without a scheme.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static RelayUrl parse(String text) {
        try {
            URI uri = new URI(text.contains("://") ? text : "wss://" + text);
            if (!SCHEMES.contains(uri.getScheme()) || uri.getHost() == null) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is no relay's address; it looks like wss://HOST[:PORT]");
            }
            String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/$", "");
            String host = uri.getHost();
            return new RelayUrl(
                    host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                    uri.getPort() < 0 ? HTTPS_PORT : uri.getPort(),
                    path.endsWith(TUNNEL) ? path : path + TUNNEL);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no address: " + e.getReason(), e);
        }
    }

    /** Host and port, as HTTP names them. */
    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
