package dev.culvert.relay.admin;

import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.LiveSession;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.tunnel.LiveTunnel;
import dev.culvert.relay.tunnel.TunnelRegistry;
import dev.culvert.tunnel.frame.CloseCode;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What operators see and do, for the admin API and the console. Thread-safe. What lists sorts, and
 * is not for an event loop.
 *
 * @param version of the program
 * @param domain of the relay
 * @param drainTimes its times of a drain at the moment
 * @param config the settings in use
 */
public record Operations(
        String version,
        String domain,
        Supplier<DrainSettings> drainTimes,
        TunnelRegistry registry,
        LiveSessions live,
        Health health,
        MeterRegistry meters,
        Supplier<List<ConfigLine>> config) {
    /** What agents' owners read. */
    private static final String ASKED_TO_MOVE = "the relay's operator asks the agent to move";

    /** A tunnel, and how many sessions it has. */
    public record TunnelView(LiveTunnel tunnel, long sessions) {}

    /** By name. */
    public List<TunnelView> tunnels() {
        Map<String, Long> sessions =
                live.all().stream()
                        .collect(
                                Collectors.groupingBy(
                                        session -> session.info().backend(),
                                        Collectors.counting()));
        return registry.all().stream()
                .sorted(Comparator.comparing(LiveTunnel::name))
                .map(tunnel -> new TunnelView(tunnel, sessions.getOrDefault(tunnel.name(), 0L)))
                .toList();
    }

    /** By id. */
    public List<LiveSession> sessions() {
        return live.all().stream()
                .sorted(Comparator.comparing(session -> session.info().id()))
                .toList();
    }

    /** What is counted and measured, by name and labels; without what is 0. */
    public List<Statistic> statistics() {
        return Statistic.of(meters);
    }

    /** The tunnel of that name. */
    public Optional<LiveTunnel> tunnel(String name) {
        return registry.find(name);
    }

    /** The session of that id. */
    public Optional<LiveSession> session(String id) {
        return live.find(id);
    }

    /** A tunnel with its sessions. */
    TunnelView view(LiveTunnel tunnel) {
        return new TunnelView(
                tunnel,
                live.all().stream()
                        .filter(session -> session.info().backend().equals(tunnel.name()))
                        .count());
    }

    /** Asks the agent to move, and lets the sessions end when they are idle. */
    public void drain(LiveTunnel tunnel) {
        tunnel.drain(Duration.ZERO, ASKED_TO_MOVE, drainTimes.get().idleWait(), () -> true);
    }

    /** Ends the tunnel and its sessions; the agent does not come back by itself. */
    public void close(LiveTunnel tunnel) {
        tunnel.shutDown(CloseCode.KILLED, Refusals.killed());
    }

    /** Ends the session as soon as it is idle. */
    public void drain(LiveSession session) {
        session.endWhenIdle(Refusals.killed());
    }

    /** Ends the session now. */
    public void close(LiveSession session) {
        session.end(Refusals.killed());
    }

    /**
     * Empties the relay, which goes on running: it is not ready, takes no new tunnels, and drains
     * those that it has.
     */
    public void drain() {
        health.pause();
        registry.pause();
        registry.drain(drainTimes.get(), ASKED_TO_MOVE, registry::isClosed);
    }

    /** The relay is in use again. Agents that were asked to move have done so, or still will. */
    public void resume() {
        registry.resume();
        health.resume();
    }
}
