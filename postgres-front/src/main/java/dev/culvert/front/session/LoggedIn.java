package dev.culvert.front.session;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.sharing.ExclusiveSlot;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;

/**
 * A client that has proved who it is and holds the backend.
 *
 * @param version the protocol version agreed with the client
 */
public record LoggedIn(
        SessionInfo info,
        Backend backend,
        ExclusiveSlot.Holder holder,
        StartupMessage startup,
        ProtocolVersion version) {}
