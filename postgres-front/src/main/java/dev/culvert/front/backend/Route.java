package dev.culvert.front.backend;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.wire.startup.StartupMessage;

/** Where a client goes. */
public sealed interface Route {
    /**
     * There is such a backend.
     *
     * @param startup the client's message without what only served the routing
     */
    record Found(Backend backend, StartupMessage startup) implements Route {}

    /** There is none, or the client did not say which. */
    record Refused(Refusal refusal) implements Route {}
}
