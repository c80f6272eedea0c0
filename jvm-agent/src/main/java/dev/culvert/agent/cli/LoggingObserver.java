package dev.culvert.agent.cli;

import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line per event of a client's life. */
final class LoggingObserver implements FrontObserver {
    private static final Logger LOG = LoggerFactory.getLogger(LoggingObserver.class);

    @Override
    public void onSessionStarted(SessionInfo session) {
        LOG.atInfo()
                .addKeyValue("session", session.id())
                .addKeyValue("tunnel", session.backend())
                .addKeyValue("client", session.client())
                .log("session started");
    }

    @Override
    public void onSessionEnded(SessionInfo session, Refusal reason) {
        LOG.atInfo()
                .addKeyValue("session", session.id())
                .addKeyValue("tunnel", session.backend())
                .addKeyValue("reason", reason.reason().label())
                .log("session ended");
    }

    @Override
    public void onRefused(SocketAddress client, Refusal refusal) {
        LOG.atInfo()
                .addKeyValue("client", client)
                .addKeyValue("reason", refusal.reason().label())
                .log("client refused");
    }
}
