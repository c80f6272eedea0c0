package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.sharing.ExclusiveSlot;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.stream.FrameOutput;
import dev.culvert.tunnel.stream.RelayTunnel;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel that said HELLO: what the front knows as a backend.
 *
 * <p>What is final may be read from any thread; the conversation belongs to {@link #thread}, the
 * event loop of the agent's WebSocket.
 */
public final class LiveTunnel implements Backend {
    /** What an agent and the relay agreed on. */
    record Terms(
            String name,
            Credentials credentials,
            Frame.Backend backend,
            Duration idleTimeout,
            Duration lifetime) {}

    private final Terms terms;
    private final AgentConnection connection;
    private final Executor thread;
    private final RelayTunnel conversation;
    private final ExclusiveSlot slot = new ExclusiveSlot();

    /** Why it ended; null while it lives. On {@link #thread}. */
    private @Nullable Refusal ended;

    LiveTunnel(
            Terms terms,
            int agentWindow,
            int ownWindow,
            int maxPayload,
            AgentConnection connection,
            FrameOutput output,
            Executor thread) {
        this.terms = terms;
        this.connection = connection;
        this.thread = thread;
        this.conversation = new RelayTunnel(agentWindow, ownWindow, maxPayload, output);
    }

    @Override
    public String name() {
        return terms.name();
    }

    @Override
    public Credentials credentials() {
        return terms.credentials();
    }

    @Override
    public ExclusiveSlot slot() {
        return slot;
    }

    @Override
    public boolean appliesStartupParameters() {
        return terms.backend().kind() == Frame.Backend.Kind.POSTGRES;
    }

    @Override
    public Duration idleTimeout() {
        return terms.idleTimeout();
    }

    /** How long the tunnel may live. */
    Duration lifetime() {
        return terms.lifetime();
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        TunnelSession session = new TunnelSession(this, request, events);
        thread.execute(session::open);
        return session;
    }

    /** Ends the tunnel from outside, and its sessions with it. Any thread. */
    void shutDown(CloseCode code, Refusal reason) {
        thread.execute(() -> connection.goAway(code, reason));
    }

    Executor thread() {
        return thread;
    }

    RelayTunnel conversation() {
        return conversation;
    }

    /** Why the tunnel ended, or null while it lives. On {@link #thread}. */
    @Nullable Refusal endedBecause() {
        return ended;
    }

    /** Ends every session with this reason. On {@link #thread}. */
    void end(Refusal reason) {
        if (ended == null) {
            ended = reason;
            conversation.breakOff(
                    dev.culvert.tunnel.frame.Refusal.of(
                            reason.error().sqlState(), reason.error().message()));
        }
    }
}
