package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.ProtocolViolationException;
import dev.culvert.tunnel.stream.RelayTunnel;
import dev.culvert.wire.error.ErrorResponse;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A tunnel, from its HELLO to its end: what the front knows as a backend.
 *
 * <pre>
 *              connection lost                     grace passed
 *   Attached ──────────────────▶ Detached ─────────────────────────▶ Ended, name reserved
 *     ▲  │ └──────── resumed ───────┘ │
 *     └──┘ superseded                 │
 *        └── violation, lifetime, GOAWAY, drained, not resumable ──▶ Ended
 * </pre>
 *
 * <p>A tunnel that is drained tells its agent to move as soon as it is attached. From then on it
 * opens no sessions and waits for no lost agent; it ends when its agent lets go, or when its last
 * session has ended and the agent had its time.
 *
 * <p>What is final may be read from any thread. Everything else belongs to the tunnel's own thread:
 * the event loop of its first WebSocket, for as long as it lives.
 */
public final class LiveTunnel implements Backend {
    /** How long ahead clients hear that the tunnel's lifetime ends. */
    private static final Duration END_IS_NEAR = Duration.ofMinutes(1);

    private final TunnelTerms terms;
    private final TunnelRegistry registry;
    private final TunnelAdmission admission;
    private final EventLoop thread;
    private final TunnelWire wire;
    private final TunnelSecrets secrets = new TunnelSecrets();
    private final Sharing sharing;
    private final TunnelSessions sessions = new TunnelSessions();
    private final TunnelDrain drain = new TunnelDrain();
    private final TunnelTimers timers;
    private final Instant since = Instant.now();
    private final TunnelLog log;
    private volatile boolean attached = true;
    private volatile boolean asked;
    private long lostAt;
    private @Nullable AgentConnection connection;
    private @Nullable Refusal ended;

    /** A tunnel on its first WebSocket, whose event loop becomes its own. */
    LiveTunnel(
            TunnelTerms terms,
            AgentConnection connection,
            TunnelAdmission admission,
            TunnelRegistry registry) {
        this.terms = terms;
        this.registry = registry;
        this.admission = admission;
        this.sharing = admission.sharing(terms);
        this.connection = connection;
        this.log = new TunnelLog(terms, connection.address());
        this.thread = connection.eventLoop();
        this.timers = new TunnelTimers(thread);
        this.wire =
                new TunnelWire(
                        terms.isResumable(),
                        terms.sizes(),
                        connection,
                        thread.ticker()::nanoTime,
                        this::onNeverAcknowledged);
    }

    // what the front asks; any thread

    @Override
    public String name() {
        return terms.name();
    }

    @Override
    public Credentials credentials() {
        return terms.credentials();
    }

    @Override
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public boolean appliesStartupParameters() {
        return terms.backend().kind() == Frame.Backend.Kind.POSTGRES;
    }

    @Override
    public SessionTimeouts timeouts() {
        return terms.timeouts();
    }

    @Override
    public EventLoop eventLoop() {
        return thread;
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        TunnelSession session = new TunnelSession(this, request, events);
        thread.execute(session::open);
        return session;
    }

    /** When its agent said HELLO. */
    public Instant since() {
        return since;
    }

    /** How it is shared: exclusive, queue or shared. */
    public String mode() {
        return terms.mode().name().toLowerCase(Locale.ROOT);
    }

    /** What runs the SQL: {@code pglite} or {@code postgres}, and its version. */
    public String backend() {
        return terms.backend().kind().name().toLowerCase(Locale.ROOT)
                + " "
                + terms.backend().version();
    }

    /** Whether it has its agent, waits for it, or is asked to move. */
    public String state() {
        return asked ? "draining" : attached ? "attached" : "detached";
    }

    TunnelTerms terms() {
        return terms;
    }

    TunnelSecrets secrets() {
        return secrets;
    }

    /** Runs an action on the tunnel's thread: now, if this is it. */
    void execute(Runnable action) {
        if (thread.inEventLoop()) {
            action.run();
        } else {
            thread.execute(action);
        }
    }

    /** Where sessions carry what they say. */
    EventLoop thread() {
        return thread;
    }

    /**
     * Asks the agent to move to another relay, and lets the sessions end by themselves. Any thread.
     *
     * @param delay from now
     * @param told what the agent's owner reads
     * @param idleWait from when the agent was asked until idle sessions are ended
     * @param still whether that is wanted still, when the time has come
     */
    public void drain(Duration delay, String told, Duration idleWait, BooleanSupplier still) {
        thread.schedule(
                () -> {
                    if (still.getAsBoolean()) {
                        beginDrain(told, idleWait);
                    }
                },
                delay.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Ends the tunnel from outside, and its sessions with it. Any thread. */
    public void shutDown(CloseCode code, Refusal reason) {
        thread.execute(() -> goAway(code, reason));
    }

    // on the tunnel's thread from here

    RelayTunnel conversation() {
        return wire.conversation();
    }

    /** Why the tunnel ended, or null while it lives. */
    @Nullable Refusal endedBecause() {
        return ended;
    }

    /** Why the tunnel opens no session, or null if it does. */
    @Nullable Refusal refusesBecause() {
        return ended == null && drain.isOn() ? Refusals.draining() : ended;
    }

    /** Where its sessions count. */
    TunnelMeters meters() {
        return registry.meters();
    }

    /** The sessions that have a stream. */
    TunnelSessions sessions() {
        return sessions;
    }

    /** The tunnel is in the registry: greets the agent. */
    void start(AgentConnection first) {
        Duration lifetime = terms.lifetime();
        timers.start(
                TunnelTimers.Kind.LIFETIME,
                lifetime,
                () -> goAway(CloseCode.LIFETIME, Refusals.lifetime(lifetime)));
        if (lifetime.compareTo(END_IS_NEAR) > 0) {
            timers.start(
                    TunnelTimers.Kind.LIFETIME_NOTICE,
                    lifetime.minus(END_IS_NEAR),
                    () -> sessions.notice(endIsNear()));
        }
        first.send(admission.welcome(this, null));
        log.opened();
    }

    /** The agent has come back on another WebSocket, and has received this many frames. */
    void resume(AgentConnection newConnection, long agentReceived) {
        if (ended != null) {
            newConnection.close(CloseCode.DEAD, "the tunnel is over");
            return;
        }
        try {
            wire.onAgentReceived(agentReceived);
        } catch (ProtocolViolationException e) {
            newConnection.close(e.closeCode(), String.valueOf(e.getMessage()));
            return;
        }
        AgentConnection older = connection;
        connection = newConnection;
        registry.meters().gap(older == null ? thread.ticker().nanoTime() - lostAt : 0);
        attached = true;
        timers.stop(TunnelTimers.Kind.GRACE);
        if (older != null) {
            older.close(CloseCode.SUPERSEDED, "the agent has connected again");
        }
        newConnection.send(admission.welcome(this, wire.received()));
        wire.attach(newConnection, agentReceived);
        log.resumed(newConnection.address());
        if (drain.isOn()) {
            tellToMove();
        }
    }

    /** A frame arrived. Takes over the payload of DATA. */
    void onFrame(AgentConnection from, Frame frame) {
        if (from != connection || ended != null) {
            frame.release();
            return;
        }
        secrets.forgetInherited();
        try {
            switch (frame) {
                case Frame.GoAway _ -> {
                    // the agent closes the WebSocket
                    from.hangUpSoon();
                    end(drain.isOn() ? Refusals.draining() : Refusals.stopped());
                }
                case Frame.Hello _ -> throw new ProtocolViolationException("second HELLO");
                default -> {
                    wire.onFrame(frame);
                    endIfDrained();
                }
            }
        } catch (ProtocolViolationException e) {
            onViolation(from, e);
        } catch (RuntimeException e) {
            log.failed(e);
            endWith(CloseCode.INTERNAL, "the relay failed", Refusals.agentLost());
        }
    }

    /** The agent broke the specification: nothing that is left of the tunnel can be trusted. */
    void onViolation(AgentConnection from, ProtocolViolationException violation) {
        if (from == connection) {
            endWith(
                    violation.closeCode(),
                    String.valueOf(violation.getMessage()),
                    Refusals.agentLost());
        } else {
            from.close(violation.closeCode(), String.valueOf(violation.getMessage()));
        }
    }

    /** Sends PING, if this is still the tunnel's connection. */
    void ping(AgentConnection from, Frame.Ping ping) {
        if (from == connection) {
            wire.ping(ping);
        }
    }

    void onWritable() {
        wire.onWritable();
    }

    /** A WebSocket is gone. If it is the tunnel's, the agent has some time to come back. */
    void onConnectionClosed(AgentConnection closed, String why) {
        if (closed != connection || ended != null) {
            return;
        }
        log.agentLost(why);
        if (!terms.isResumable() || drain.isKnown()) {
            end(Refusals.agentLost());
            return;
        }
        connection = null;
        attached = false;
        lostAt = thread.ticker().nanoTime();
        wire.detach();
        timers.start(
                TunnelTimers.Kind.GRACE,
                terms.grace(),
                () -> {
                    registry.removeAndReserve(this);
                    end(Refusals.agentLost());
                });
    }

    /** Later, since it may come in the middle of a stream's turn. */
    private void onNeverAcknowledged() {
        thread.execute(() ->
                endWith(
                        CloseCode.VIOLATION,
                        "frames are never acknowledged",
                        Refusals.agentLost()));
    }

    /**
     * Ends the tunnel since another of the same owner takes its name. One whose agent was asked to
     * move goes on until it is empty: the other is where the agent has moved to.
     */
    void supersede() {
        if (!drain.isKnown()) {
            endWith(CloseCode.SUPERSEDED, "the agent has started anew", Refusals.agentLost());
        }
    }

    private void beginDrain(String told, Duration idleWait) {
        if (ended == null && drain.begin(told, idleWait) && wire.isAttached()) {
            tellToMove();
        }
    }

    private void tellToMove() {
        asked = true;
        wire.send(new Frame.GoAway(CloseCode.DRAINING.label(), drain.reason()));
        drain.tell();
        timers.start(TunnelTimers.Kind.DRAIN, drain.idleWait(), this::onDrainWaitOver);
        log.askedToMove();
    }

    private void onDrainWaitOver() {
        drain.waitOver();
        sessions.endWhenIdle(Refusals.draining());
        endIfDrained();
    }

    /** An agent that could not move yet need not wait here for that: there is nothing to lose. */
    private void endIfDrained() {
        if (ended == null && drain.isLettingGo() && wire.conversation().streams() == 0) {
            endWith(CloseCode.DRAINING, drain.reason(), Refusals.draining());
        }
    }

    private ErrorResponse endIsNear() {
        return ErrorResponse.notice(
                        "the tunnel's lifetime of "
                                + terms.lifetime().toSeconds()
                                + " seconds ends within "
                                + END_IS_NEAR.toSeconds()
                                + " seconds")
                .withHint("Commit what is open. Then ask the database's owner to share it again.");
    }

    private void goAway(CloseCode code, Refusal reason) {
        if (ended == null) {
            wire.send(new Frame.GoAway(code.label(), reason.error().message()));
            endWith(code, reason.error().message(), reason);
        }
    }

    private void endWith(CloseCode code, String message, Refusal told) {
        AgentConnection present = connection;
        end(
                told,
                code == CloseCode.VIOLATION ? Level.WARN : Level.INFO,
                code.label() + ": " + message);
        if (present != null) {
            present.close(code, message);
        }
    }

    private void end(Refusal reason) {
        end(reason, Level.INFO, null);
    }

    private void end(Refusal reason, Level level, @Nullable String detail) {
        if (ended != null) {
            return;
        }
        ended = reason;
        connection = null;
        timers.stopAll();
        registry.remove(this);
        ErrorResponse error = reason.error();
        wire.breakOff(dev.culvert.tunnel.frame.Refusal.of(error.sqlState(), error.message()));
        log.ended(level, since, sessions.total(), reason, detail);
    }
}
