package dev.culvert.front.session;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.sharing.Holder;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A client that has proved who it is and holds the backend.
 *
 * @param version the protocol version agreed with the client
 * @param expires when the client may not stay connected any longer, or null for never
 */
public record LoggedIn(
        SessionInfo info,
        Backend backend,
        Holder holder,
        StartupMessage startup,
        ProtocolVersion version,
        @Nullable Instant expires) {}
