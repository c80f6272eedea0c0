package dev.culvert.front.backend;

import dev.culvert.wire.startup.StartupMessage;
import org.jspecify.annotations.Nullable;

/** Finds the backend that a client means. Called on event loops; must not block. */
@FunctionalInterface
public interface Backends {
    /**
     * Routes a client.
     *
     * @param sniHost the host name of the TLS ClientHello, lower case, or null
     * @param startup what the client asks for
     */
    Route route(@Nullable String sniHost, StartupMessage startup);
}
