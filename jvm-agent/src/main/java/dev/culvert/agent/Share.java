package dev.culvert.agent;

import dev.culvert.agent.dial.ClosedReason;
import dev.culvert.agent.dial.EventLoopSurroundings;
import dev.culvert.agent.dial.TunnelAgent;
import dev.culvert.agent.dial.TunnelListener;
import dev.culvert.agent.dial.TunnelSettings;
import dev.culvert.agent.dial.VertxDialer;
import dev.culvert.agent.run.Activity;
import dev.culvert.agent.run.AgentSessions;
import dev.culvert.agent.run.SessionObserver;
import dev.culvert.front.backend.Backend;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database that is being shared; made by {@link Culvert#share}. Thread-safe. */
public final class Share {
    private static final Logger LOG = LoggerFactory.getLogger(Share.class);

    private static final Refusal STOPPED =
            new Refusal(
                    "57P01",
                    "the database's owner stopped sharing it",
                    null,
                    "Ask the database's owner to share it again.");

    private final ShareOptions options;
    private final VertxDialer dialer;
    private final EventLoop thread;
    private final @Nullable Vertx ownVertx;
    private final AgentSessions sessions;
    private final TunnelAgent tunnel;
    private final Promise<Share> live = Promise.promise();
    private final Promise<ClosedReason> closed = Promise.promise();
    private final Promise<Void> stopped = Promise.promise();

    private volatile boolean stopping;
    private volatile ShareState state = new ShareState.Connecting();
    private volatile Frame.@Nullable Welcome welcome;

    private Share(Backend backend, ShareOptions options, Vertx vertx, @Nullable Vertx ownVertx) {
        this.options = options;
        this.ownVertx = ownVertx;
        dialer = new VertxDialer(vertx, options.relay(), options.transport());
        thread = dialer.eventLoop();
        sessions = new AgentSessions(backend, thread, options.maxSessions(), new Clients(options));
        Frame.Backend.Kind kind =
                backend.appliesStartupParameters()
                        ? Frame.Backend.Kind.POSTGRES
                        : Frame.Backend.Kind.PGLITE;
        tunnel =
                new TunnelAgent(
                        new TunnelSettings(
                                options.hello(kind), options.windows(), options.connectTimeout()),
                        dialer,
                        new EventLoopSurroundings(thread),
                        sessions,
                        sessions::isBusy,
                        new Events());
        sessions.onGone(tunnel::onStreamGone);
    }

    static Future<Share> begin(Backend backend, ShareOptions options) {
        Vertx given = options.vertx();
        Vertx vertx = given == null ? Vertx.vertx() : given;
        Share share = new Share(backend, options, vertx, given == null ? vertx : null);
        share.thread.execute(share.tunnel::start);
        return share.live.future();
    }

    /** The tunnel's name. */
    public String name() {
        return welcome().name();
    }

    /** What clients connect to. */
    public String host() {
        return welcome().host();
    }

    /** The port that clients connect to. */
    public int port() {
        return welcome().port();
    }

    /** Whom clients log in as. */
    public String user() {
        return options.user();
    }

    /** Those who may connect besides the {@link #user}. */
    public List<SharedUser> otherUsers() {
        return options.users();
    }

    /** Known here and nowhere else: the relay has only a verifier of it. */
    public String password() {
        return options.password();
    }

    /** {@code postgres://user:password@host:port/database?sslmode=require}. */
    public String url() {
        return "postgres://"
                + encoded(user())
                + ":"
                + encoded(password())
                + "@"
                + host()
                + ":"
                + port()
                + "/"
                + encoded(options.database())
                + "?sslmode=require";
    }

    /** Whether it is being shared at this moment. */
    public ShareState state() {
        return state;
    }

    /** What clients have done so far. */
    public Activity activity() {
        return sessions.activity();
    }

    /** Completes when sharing has ended, for whatever reason. */
    public Future<ClosedReason> closed() {
        return closed.future();
    }

    /**
     * Stops sharing: clients are told (57P01), and the relay, which gets 5 seconds to be reached if
     * it is not connected. Calling it again is harmless.
     *
     * @return completes when that is done
     */
    public Future<Void> stop() {
        stopping = true;
        try {
            thread.execute(() -> tunnel.stop(STOPPED, () -> stopped.tryComplete()));
        } catch (RejectedExecutionException e) {
            // it has ended by itself, and its thread with it
            stopped.tryComplete();
        }
        return stopped.future().compose(_ -> release());
    }

    private Future<Void> release() {
        dialer.close();
        return ownVertx == null ? Future.succeededFuture() : ownVertx.close();
    }

    private Frame.Welcome welcome() {
        Frame.Welcome present = welcome;
        if (present == null) {
            throw new IllegalStateException("the relay has not answered yet");
        }
        return present;
    }

    private void toState(ShareState newState) {
        state = newState;
        tell(() -> options.listener().onState(newState));
    }

    /** A listener that throws must not break the tunnel. */
    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a listener failed");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private final class Events implements TunnelListener {
        @Override
        public void onLive(Frame.Welcome newWelcome) {
            welcome = newWelcome;
            toState(new ShareState.Live());
            live.tryComplete(Share.this);
        }

        @Override
        public void onResuming(Instant since, int attempt) {
            toState(new ShareState.Resuming(since, attempt));
        }

        @Override
        public void onMoving(String reason, int attempt) {
            toState(new ShareState.Moving(reason, attempt));
        }

        @Override
        public void onClosed(ClosedReason reason) {
            toState(new ShareState.Closed(reason));
            if (!stopping) {
                release();
            }
            live.tryFail(new ShareException(reason));
            closed.tryComplete(reason);
        }
    }

    private record Clients(ShareOptions options) implements SessionObserver {
        @Override
        public void onConnected(Frame.Open client) {
            tell(() -> options.listener().onClientConnected(info(client)));
        }

        @Override
        public void onDisconnected(Frame.Open client) {
            tell(() -> options.listener().onClientDisconnected(info(client)));
        }

        private static ClientInfo info(Frame.Open open) {
            return new ClientInfo(
                    open.session(),
                    open.client().address(),
                    open.client().port(),
                    open.user(),
                    open.database(),
                    open.application());
        }
    }
}
