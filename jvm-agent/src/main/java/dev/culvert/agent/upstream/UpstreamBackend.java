package dev.culvert.agent.upstream;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Postgres server somewhere as a backend. Each session is a connection of its own, for which the
 * backend logs in by itself: clients get to know nothing of the server's users and passwords, and
 * reach one database, whatever else there is. Thread-safe.
 *
 * <p>The executor of a session's request has to be an event loop of Vert.x or Netty, as a front's
 * and a tunnel's are: the connection to the server is on the same one.
 */
public final class UpstreamBackend implements Backend, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamBackend.class);

    /** What a front knows of a backend. */
    private record Terms(
            String name, Credentials credentials, Sharing sharing, SessionTimeouts timeouts) {}

    private final Vertx vertx;
    private final Terms terms;
    private final UpstreamConnector connector;
    private final UpstreamCancel canceller;

    private UpstreamBackend(Vertx vertx, UpstreamAddress address, Terms terms) {
        this.vertx = vertx;
        this.terms = terms;
        connector = new UpstreamConnector(vertx, address);
        canceller = new UpstreamCancel(connector);
    }

    /** A backend to be shared through a relay, which knows who may connect. */
    public static UpstreamBackend toShare(Vertx vertx, UpstreamAddress address) {
        return new UpstreamBackend(
                vertx,
                address,
                new Terms(
                        address.database(),
                        Credentials.of(Map.of(), List.of()),
                        new ExclusiveSharing(),
                        SessionTimeouts.DEFAULTS));
    }

    /** A backend for a front in this process. */
    public static UpstreamBackend forFront(
            Vertx vertx,
            UpstreamAddress address,
            String name,
            Credentials credentials,
            Sharing sharing,
            SessionTimeouts timeouts) {
        return new UpstreamBackend(vertx, address, new Terms(name, credentials, sharing, timeouts));
    }

    /**
     * Logs in once, and leaves again.
     *
     * @return the server's version; fails with {@link UpstreamException} when it cannot be used
     */
    public Future<String> probe() {
        return Probe.run(vertx, connector, startup(new LinkedHashMap<>()));
    }

    /** No session can be opened any more; those that are open go on. */
    @Override
    public void close() {
        connector.close();
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
    public Sharing sharing() {
        return terms.sharing();
    }

    @Override
    public boolean appliesStartupParameters() {
        return true;
    }

    @Override
    public SessionTimeouts timeouts() {
        return terms.timeouts();
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        if (!(request.executor() instanceof EventLoop thread)) {
            throw new IllegalArgumentException("a session on an upstream needs an event loop");
        }
        UpstreamSession session = new UpstreamSession(events, thread, canceller);
        String asked = request.startup().database();
        String known = connector.address().database();
        if (!asked.equals(known)) {
            thread.execute(() -> session.fail(Refusals.unknownDatabase(asked, known)));
            return session;
        }
        StartupMessage startup = startup(request.startup().parameters());
        connector
                .connect(
                        thread,
                        (loop, protection) ->
                                new ServerChannel(connector, loop, protection, startup, session))
                .onFailure(cause -> {
                    LOG.atWarn()
                            .addKeyValue("reason", String.valueOf(cause.getMessage()))
                            .log("the upstream cannot be reached");
                    session.fail(Refusals.upstreamUnreachable(safe(cause)));
                });
        return session;
    }

    /** The client's own parameters, but for whom and what it thinks that it talks to. */
    private StartupMessage startup(SequencedMap<String, String> asked) {
        SequencedMap<String, String> parameters = new LinkedHashMap<>(asked);
        parameters
                .keySet()
                .removeIf(name -> name.startsWith(StartupMessage.PROTOCOL_OPTION_PREFIX));
        parameters.put("user", connector.address().user());
        parameters.put("database", connector.address().database());
        return new StartupMessage(ProtocolVersion.V3_0, parameters);
    }

    /** What a client may know: no names of the network behind the agent. */
    private static String safe(Throwable cause) {
        return switch (cause) {
            case UnknownHostException _ -> "its name cannot be looked up";
            case ConnectException _ -> "it refuses connections, or does not answer";
            case SSLException _ -> "TLS with it failed";
            default -> "there is no connection as the agent wants it";
        };
    }
}
