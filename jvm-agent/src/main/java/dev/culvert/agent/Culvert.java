package dev.culvert.agent;

import dev.culvert.front.backend.Backend;
import io.vertx.core.Future;

/** Culvert's agent as a library. */
public final class Culvert {
    /** Program and version, for the relay's log. */
    static final String AGENT = "culvert-java/0.1.0";

    private Culvert() {}

    /**
     * Shares a database through a relay.
     *
     * <p>What the backend says of its name, credentials, sharing and timeouts is not asked: the
     * relay has that from the options. Its sessions are called on one event loop.
     *
     * @return completes when clients can connect; fails with {@link ShareException} when the relay
     *     cannot be reached or refuses
     */
    public static Future<Share> share(Backend backend, ShareOptions options) {
        return Share.begin(backend, options);
    }
}
