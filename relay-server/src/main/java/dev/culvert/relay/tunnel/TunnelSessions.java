package dev.culvert.relay.tunnel;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.wire.error.ErrorResponse;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of a tunnel that have a stream. Belongs to the tunnel's thread. */
final class TunnelSessions {
    private final Set<TunnelSession> open = new HashSet<>();
    private @Nullable ErrorResponse notice;
    private long total;

    /** A session has its stream. */
    void remember(TunnelSession session) {
        open.add(session);
        total++;
        if (notice != null) {
            session.notice(notice);
        }
    }

    /** A session is over. */
    void forget(TunnelSession session) {
        open.remove(session);
    }

    /** Whether a client waits for the agent. */
    boolean awaitAnswer() {
        return open.stream().anyMatch(TunnelSession::awaitsAnswer);
    }

    /** Every client should know this, those to come included. */
    void notice(ErrorResponse message) {
        notice = message;
        open.forEach(session -> session.notice(message));
    }

    /** Each session is to end when it is idle. */
    void endWhenIdle(Refusal reason) {
        open.forEach(session -> session.endWhenIdle(reason));
    }

    /** Sessions so far. */
    long total() {
        return total;
    }
}
