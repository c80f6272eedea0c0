package dev.culvert.relay.tunnel;

import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.Verdict;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Receives agents that say HELLO: opens a tunnel for a new one, and finds that of one that comes
 * back; PROTOCOL.md section 8. Thread-safe.
 */
final class TunnelReception {
    /** What becomes of an agent. */
    sealed interface Outcome {
        /** It has a new tunnel, which has greeted it. */
        record Opened(LiveTunnel tunnel) implements Outcome {}

        /** It has come back to a tunnel, with so many frames received. */
        record Resumes(LiveTunnel tunnel, long received) implements Outcome {}

        record Refused(CloseCode code, String message) implements Outcome {}

        /** It wants a tunnel that its token must permit. */
        record NeedsGrant() implements Outcome {}
    }

    private final TunnelAdmission admission;
    private final Access access;
    private final TunnelRegistry registry;

    TunnelReception(TunnelAdmission admission, Access access, TunnelRegistry registry) {
        this.access = access;
        this.admission = admission;
        this.registry = registry;
    }

    /**
     * Judges the agent's token; any thread.
     *
     * @param header the token of the upgrade request, for agents that say none in HELLO
     */
    CompletableFuture<Verdict> judge(Frame.Hello hello, @Nullable String header) {
        return access.judge(hello.token() == null ? header : hello.token())
                .thenApply(this::counted);
    }

    /**
     * Receives an agent; on the event loop of its WebSocket, which a new tunnel keeps.
     *
     * @param grant what the agent's token permits, or null when it was not judged: an agent that
     *     comes back has its tunnel's secret, and needs no other
     */
    Outcome receive(Frame.Hello hello, @Nullable Grant grant, AgentConnection connection) {
        Outcome outcome = decide(hello, grant, connection);
        switch (outcome) {
            case Outcome.NeedsGrant _ -> {
                // comes again when its token has been judged
            }
            case Outcome.Opened _ -> registry.meters().opened();
            case Outcome.Resumes _ -> registry.meters().resumed();
            case Outcome.Refused(CloseCode code, _) -> registry.meters().refused(code);
        }
        return outcome;
    }

    private Verdict counted(Verdict verdict) {
        if (verdict instanceof Verdict.Refused(CloseCode code, _)) {
            registry.meters().refused(code);
        }
        return verdict;
    }

    private Outcome decide(Frame.Hello hello, @Nullable Grant grant, AgentConnection connection) {
        Frame.Resume resume = hello.resume();
        if (resume == null) {
            return open(hello, hello.name(), "", null, grant, connection);
        }
        LiveTunnel former = registry.find(resume.name()).orElse(null);
        if (former == null) {
            // over, and perhaps its name is reserved; or another relay's
            return open(hello, resume.name(), resume.secret(), null, grant, connection);
        }
        Long received = resume.received();
        boolean owned =
                received == null
                        ? former.secrets().opensEpoch(resume.secret())
                        : former.secrets().own().is(resume.secret());
        if (!former.terms().isResumable() || !owned) {
            return nameTaken(resume.name());
        }
        return received == null
                ? open(hello, resume.name(), resume.secret(), former, grant, connection)
                : new Outcome.Resumes(former, received);
    }

    private Outcome open(
            Frame.Hello hello,
            @Nullable String name,
            String secret,
            @Nullable LiveTunnel former,
            @Nullable Grant grant,
            AgentConnection connection) {
        if (registry.isClosed()) {
            return draining();
        }
        if (grant == null) {
            return new Outcome.NeedsGrant();
        }
        return switch (admission.decide(hello, name, grant)) {
            case TunnelAdmission.Decision.Refused(CloseCode code, String message) ->
                    new Outcome.Refused(code, message);
            case TunnelAdmission.Decision.Admitted(TunnelTerms terms) ->
                    register(
                            new LiveTunnel(terms, connection, admission, registry),
                            secret,
                            former,
                            connection);
        };
    }

    private Outcome register(
            LiveTunnel tunnel,
            String secret,
            @Nullable LiveTunnel former,
            AgentConnection connection) {
        return switch (add(tunnel, secret, former)) {
            case YES -> {
                if (former != null) {
                    former.execute(former::supersede);
                }
                tunnel.start(connection);
                yield new Outcome.Opened(tunnel);
            }
            case CLOSED -> draining();
            case NAME_TAKEN -> nameTaken(tunnel.name());
            case LIMIT ->
                    new Outcome.Refused(
                            CloseCode.LIMIT,
                            tunnel.terms().grant().hasSubject()
                                    ? "the relay or the token's owner has too many tunnels"
                                    : "the relay has too many tunnels");
        };
    }

    private TunnelRegistry.Added add(
            LiveTunnel tunnel, String secret, @Nullable LiveTunnel former) {
        if (former == null) {
            return registry.add(
                    tunnel, secret, access.tunnels(), access.tunnelsOf(tunnel.terms().grant()));
        }
        if (registry.replace(former, tunnel)) {
            return TunnelRegistry.Added.YES;
        }
        return registry.isClosed() ? TunnelRegistry.Added.CLOSED : TunnelRegistry.Added.NAME_TAKEN;
    }

    private static Outcome draining() {
        return new Outcome.Refused(CloseCode.DRAINING, "the relay is shutting down");
    }

    private static Outcome nameTaken(String name) {
        return new Outcome.Refused(CloseCode.NAME_TAKEN, "the name is in use: " + name);
    }
}
