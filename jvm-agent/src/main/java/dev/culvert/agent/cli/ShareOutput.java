package dev.culvert.agent.cli;

import dev.culvert.agent.Share;
import dev.culvert.agent.ShareListener;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.run.Activity;

/** Tells on standard output what happens to a shared database. Thread-safe. */
interface ShareOutput extends ShareListener, AutoCloseable {
    /**
     * Clients can connect.
     *
     * @param lines for the first user
     * @param what is shared
     */
    void shared(Share share, ConnectionLines lines, String what);

    /** Called twice a second. */
    void activity(ShareState state, Activity activity);

    /** Sharing has failed. */
    void failed(String message);

    @Override
    void close();
}
