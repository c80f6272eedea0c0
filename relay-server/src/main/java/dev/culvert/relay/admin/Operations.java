package dev.culvert.relay.admin;

import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.LiveSession;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.tunnel.frame.CloseCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What operators see and do, for the admin API. Thread-safe.
 *
 * @param version of the program
 */
public record Operations(
        String version,
        RelaySettings settings,
        TunnelRegistry registry,
        LiveSessions live,
        Health health) {
    /** What agents' owners read. */
    private static final String ASKED_TO_MOVE = "the relay's operator asks the agent to move";

    /** By name. */
    public List<LiveTunnel> tunnels() {
        return registry.all().stream().sorted(Comparator.comparing(LiveTunnel::name)).toList();
    }

    /** By id. */
    public List<LiveSession> sessions() {
        return live.all().stream()
                .sorted(Comparator.comparing(session -> session.info().id()))
                .toList();
    }

    /** Clients that a tunnel has. */
    public long sessionsOf(LiveTunnel tunnel) {
        return live.all().stream()
                .filter(session -> session.info().backend().equals(tunnel.name()))
                .count();
    }

    Optional<LiveTunnel> tunnel(String name) {
        return registry.find(name);
    }

    Optional<LiveSession> session(String id) {
        return live.find(id);
    }

    /** Asks the agent to move, and lets the sessions end when they are idle. */
    void drain(LiveTunnel tunnel) {
        tunnel.drain(Duration.ZERO, ASKED_TO_MOVE, settings.drain().idleWait());
    }

    /** Ends the tunnel and its sessions; the agent does not come back by itself. */
    void close(LiveTunnel tunnel) {
        tunnel.shutDown(CloseCode.UNAUTHORIZED, Refusals.killed());
    }

    /** Ends the session as soon as it is idle. */
    void drain(LiveSession session) {
        session.endWhenIdle(Refusals.killed());
    }

    /** Ends the session now. */
    void close(LiveSession session) {
        session.end(Refusals.killed());
    }
}
