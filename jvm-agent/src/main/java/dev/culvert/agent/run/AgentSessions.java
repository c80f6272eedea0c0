package dev.culvert.agent.run;

import dev.culvert.front.backend.Backend;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.stream.AgentStream;
import dev.culvert.tunnel.stream.AgentStreamListener;
import dev.culvert.tunnel.stream.StreamAcceptor;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The sessions of a tunnel, each bound to one of the backend. On the tunnel's thread. */
public final class AgentSessions implements StreamAcceptor {
    private final Backend backend;
    private final Executor thread;
    private final int most;
    private final SessionObserver observer;
    private final Counters counters = new Counters();
    private final Set<SessionBridge> open = new HashSet<>();
    private Runnable onGone = () -> {};

    /**
     * No sessions yet.
     *
     * @param thread the tunnel's
     * @param most sessions at a time; more are rejected with 53300
     */
    public AgentSessions(Backend backend, Executor thread, int most, SessionObserver observer) {
        this.backend = backend;
        this.thread = thread;
        this.most = most;
        this.observer = observer;
    }

    /** Whom to tell that a session has ended, and its stream with it. */
    public void onGone(Runnable action) {
        onGone = action;
    }

    /** Whether a batch has no whole answer yet. */
    public boolean isBusy() {
        return open.stream().anyMatch(SessionBridge::isBusy);
    }

    /** What clients have done so far. On any thread. */
    public Activity activity() {
        return counters.now();
    }

    @Override
    public @Nullable Refusal rejects(Frame.Open client) {
        return open.size() < most
                ? null
                : new Refusal(
                        "53300",
                        "the database's agent has all the sessions that it takes: " + most,
                        null,
                        "Close another connection, or try again later.");
    }

    @Override
    public AgentStreamListener begin(Frame.Open client, AgentStream stream) {
        SessionBridge bridge =
                new SessionBridge(backend, client, stream, thread, counters, this::onEnded);
        open.add(bridge);
        counters.onClients(1);
        observer.onConnected(client);
        return bridge;
    }

    private void onEnded(SessionBridge ended, Frame.Open client) {
        if (open.remove(ended)) {
            counters.onClients(-1);
            observer.onDisconnected(client);
            onGone.run();
        }
    }
}
