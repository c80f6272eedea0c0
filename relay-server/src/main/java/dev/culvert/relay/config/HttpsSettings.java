package dev.culvert.relay.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where agents and browsers connect.
 *
 * @param host the address to listen on
 * @param port the TCP port; 0 for any free one
 * @param webRoot the folder of the relay's page, or null for none
 */
public record HttpsSettings(String host, int port, @Nullable Path webRoot) {
    /** Checks the port. */
    public HttpsSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("https.port " + port + " is not from 0 to 65535");
        }
    }
}
