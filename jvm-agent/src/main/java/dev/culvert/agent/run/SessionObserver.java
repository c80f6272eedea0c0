package dev.culvert.agent.run;

import dev.culvert.tunnel.frame.Frame;

/** Hears of clients. On the tunnel's thread. */
public interface SessionObserver {
    /** A client has logged in. */
    void onConnected(Frame.Open client);

    /** It is gone. */
    void onDisconnected(Frame.Open client);
}
