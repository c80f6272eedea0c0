package dev.culvert.front.observe;

import dev.culvert.front.refuse.Refusal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line per event of a client's life: who connected from where, to what, for how long, how much
 * was carried, and why it ended. Never SQL, parameters or passwords.
 */
public final class AuditLog implements FrontObserver {
    /** The logger of all that an audit wants to know, tunnels included. */
    public static final String LOGGER = "dev.culvert.audit";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    /** A name in Postgres has 63 bytes; who is refused may have said any. */
    private static final int MAX_USER = 63;

    private final RefusalLog refusals = new RefusalLog("client");

    @Override
    public void onSessionStarted(SessionInfo session) {
        about(session)
                .addKeyValue("tls", session.tls() == null ? "none" : session.tls())
                .log("session started");
    }

    @Override
    public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
        about(session)
                .addKeyValue("seconds", totals.time().toMillis() / 1_000.0)
                .addKeyValue("batches", totals.batches())
                .addKeyValue("bytesToDatabase", totals.bytesToDatabase())
                .addKeyValue("bytesToClient", totals.bytesToClient())
                .addKeyValue("reason", reason.reason().label())
                .log("session ended");
    }

    @Override
    public void onRefused(RefusedClient client, Refusal refusal) {
        String reason = refusal.reason().label();
        refusals.add(client.address(), reason, reason, line -> details(line, client));
    }

    private static LoggingEventBuilder details(LoggingEventBuilder line, RefusedClient client) {
        if (client.backend() != null) {
            line = line.addKeyValue("tunnel", client.backend());
        }
        if (client.user() != null) {
            String user = client.user();
            line = line.addKeyValue("user", user.substring(0, Math.min(MAX_USER, user.length())));
        }
        return line;
    }

    private static LoggingEventBuilder about(SessionInfo session) {
        return LOG.atInfo()
                .addKeyValue("session", session.id())
                .addKeyValue("tunnel", session.backend())
                .addKeyValue("client", text(session.client()))
                .addKeyValue("user", session.user());
    }

    /** An address without a slash, and without a look at the DNS. */
    public static String text(SocketAddress address) {
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                : String.valueOf(address);
    }
}
