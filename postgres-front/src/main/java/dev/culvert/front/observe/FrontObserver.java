package dev.culvert.front.observe;

import dev.culvert.front.refuse.Refusal;
import java.net.SocketAddress;

/** Hears of sessions and refusals. Called on event loops; must not block. */
public interface FrontObserver {
    /** A client has logged in and got its backend. */
    void onSessionStarted(SessionInfo session);

    /** A session has ended; the reason says why. */
    void onSessionEnded(SessionInfo session, Refusal reason);

    /** A client was refused before it had a session. */
    void onRefused(SocketAddress client, Refusal refusal);
}
