package dev.culvert.relay.tunnel;

import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
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
    }

    private final TunnelSettings settings;
    private final TunnelAdmission admission;
    private final TunnelRegistry registry;

    TunnelReception(TunnelSettings settings, TunnelAdmission admission, TunnelRegistry registry) {
        this.settings = settings;
        this.admission = admission;
        this.registry = registry;
    }

    /** Receives an agent; on the event loop of its WebSocket, which a new tunnel keeps. */
    Outcome receive(Frame.Hello hello, AgentConnection connection) {
        Frame.Resume resume = hello.resume();
        if (resume == null) {
            return open(hello, hello.name(), "", null, connection);
        }
        LiveTunnel former = registry.find(resume.name()).orElse(null);
        if (former == null) {
            // over, and perhaps its name is reserved; or another relay's
            return open(hello, resume.name(), resume.secret(), null, connection);
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
                ? open(hello, resume.name(), resume.secret(), former, connection)
                : new Outcome.Resumes(former, received);
    }

    private Outcome open(
            Frame.Hello hello,
            @Nullable String name,
            String secret,
            @Nullable LiveTunnel former,
            AgentConnection connection) {
        if (registry.isClosed()) {
            return draining();
        }
        return switch (admission.decide(hello, name)) {
            case TunnelAdmission.Decision.Refused(CloseCode code, String message) ->
                    new Outcome.Refused(code, message);
            case TunnelAdmission.Decision.Admitted(TunnelTerms terms) ->
                    register(
                            new LiveTunnel(
                                    terms,
                                    new TunnelWire.Sizes(
                                            hello.window(),
                                            settings.windows(),
                                            settings.maxPayload()),
                                    connection,
                                    admission,
                                    registry),
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
        boolean added =
                former == null ? registry.add(tunnel, secret) : registry.replace(former, tunnel);
        if (!added) {
            return registry.isClosed() ? draining() : nameTaken(tunnel.name());
        }
        if (former != null) {
            former.execute(former::supersede);
        }
        tunnel.start(connection);
        return new Outcome.Opened(tunnel);
    }

    private static Outcome draining() {
        return new Outcome.Refused(CloseCode.DRAINING, "the relay is shutting down");
    }

    private static Outcome nameTaken(String name) {
        return new Outcome.Refused(CloseCode.NAME_TAKEN, "the name is in use: " + name);
    }
}
