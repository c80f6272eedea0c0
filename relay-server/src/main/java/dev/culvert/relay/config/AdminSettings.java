package dev.culvert.relay.config;

import java.util.Optional;

/**
 * Where the relay's operators and their programs connect.
 *
 * @param http the listener of metrics, probes and the admin API; empty for none
 */
public record AdminSettings(Optional<Http> http) {
    /** Nowhere. */
    public static final AdminSettings NONE = new AdminSettings(Optional.empty());

    private static final int MIN_TOKEN = 16;

    /**
     * The listener, in plain HTTP.
     *
     * @param host the address to listen on
     * @param port the TCP port; 0 for any free one
     * @param token what callers show for everything but the probes; empty: metrics need none, and
     *     there is no admin API
     */
    public record Http(String host, int port, Optional<String> token) {
        /** Checks port and token. */
        public Http {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException(
                        "admin.port " + port + " is not from 0 to 65535");
            }
            if (token.isPresent() && token.get().length() < MIN_TOKEN) {
                throw new IllegalArgumentException(
                        "admin.token has fewer than " + MIN_TOKEN + " characters");
            }
        }

        @Override
        public String toString() {
            return "Http[" + host + ":" + port + (token.isPresent() ? ", token]" : "]");
        }
    }
}
