package dev.culvert.relay.config;

import dev.culvert.relay.route.TunnelNames;
import java.util.Optional;

/**
 * Where the relay's operators and their programs connect.
 *
 * @param http the listener of metrics, probes and the admin API; empty for none
 * @param console the place for operators' psql; empty for none
 */
public record AdminSettings(Optional<Http> http, Optional<Console> console) {
    /** Nowhere. */
    public static final AdminSettings NONE = new AdminSettings(Optional.empty(), Optional.empty());

    private static final int MIN_TOKEN = 16;

    /**
     * The console among the names of the tunnels.
     *
     * @param name which no tunnel gets
     * @param token the password
     */
    public record Console(String name, String token) {
        /** Checks both. */
        public Console {
            if (!TunnelNames.isValid(name)) {
                throw new IllegalArgumentException(
                        "admin.console: \"" + name + "\" is no name that a tunnel could have");
            }
            requireLong(token);
        }

        @Override
        public String toString() {
            return "Console[" + name + "]";
        }
    }

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
            token.ifPresent(AdminSettings::requireLong);
        }

        @Override
        public String toString() {
            return "Http[" + host + ":" + port + (token.isPresent() ? ", token]" : "]");
        }
    }

    private static void requireLong(String token) {
        if (token.length() < MIN_TOKEN) {
            throw new IllegalArgumentException(
                    "admin.token has fewer than " + MIN_TOKEN + " characters");
        }
    }
}
