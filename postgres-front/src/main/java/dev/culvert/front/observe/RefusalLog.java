package dev.culvert.front.observe;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The audit's lines about those who were refused: one each, but for a flood. Whoever can connect
 * can be refused as often as they like, and must not fill a disk with that: of those with the same
 * reason, {@value #LINES} in {@value #SECONDS} seconds have a line each; then one line says how
 * many others there were, and the first {@value #ADDRESSES} addresses of those. Thread-safe.
 */
public final class RefusalLog {
    static final int LINES = 20;
    static final int SECONDS = 10;
    static final int ADDRESSES = 10;

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.LOGGER);

    /** Those who were refused for one reason, from the first of them on. */
    private static final class Burst {
        private int lines;
        private long others;
        private final Set<String> addresses = new LinkedHashSet<>();
    }

    private final String who;
    private final Executor later;

    /** By reason. */
    private final Map<String, Burst> bursts = new HashMap<>();

    /**
     * Lines about one kind of peer.
     *
     * @param who what one is called, such as {@code client}
     */
    public RefusalLog(String who) {
        this(who, CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
    }

    /**
     * The same.
     *
     * @param later runs what it is given after {@value #SECONDS} seconds
     */
    RefusalLog(String who, Executor later) {
        this.who = who;
        this.later = later;
    }

    /**
     * Somebody was refused.
     *
     * @param kind the reason, as one of a few
     * @param reason the same, in more words perhaps
     * @param details adds to the line what else is known
     */
    public void add(
            SocketAddress address,
            String kind,
            String reason,
            UnaryOperator<LoggingEventBuilder> details) {
        if (hasLine(address, kind)) {
            details.apply(LOG.atInfo().addKeyValue(who, AuditLog.text(address)))
                    .addKeyValue("reason", reason)
                    .log(who + " refused");
        }
    }

    private synchronized boolean hasLine(SocketAddress address, String kind) {
        Burst burst =
                bursts.computeIfAbsent(
                        kind,
                        _ -> {
                            later.execute(() -> end(kind));
                            return new Burst();
                        });
        if (burst.lines < LINES) {
            burst.lines++;
            return true;
        }
        burst.others++;
        if (burst.addresses.size() < ADDRESSES) {
            burst.addresses.add(host(address));
        }
        return false;
    }

    private synchronized void end(String kind) {
        Burst burst = bursts.remove(kind);
        if (burst != null && burst.others > 0) {
            LOG.atInfo()
                    .addKeyValue("reason", kind)
                    .addKeyValue("count", burst.others)
                    .addKeyValue("seconds", SECONDS)
                    .addKeyValue("addresses", String.join(" ", burst.addresses))
                    .log("more " + who + "s refused");
        }
    }

    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress().getHostAddress()
                : String.valueOf(address);
    }
}
