package dev.culvert.relay.tunnel;

import dev.culvert.front.observe.AuditLog;
import dev.culvert.front.observe.RefusalLog;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.trace.Spans;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One line per event of a tunnel's life, and one span for the whole of it. */
final class TunnelLog {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelLog.class);
    private static final Logger AUDIT = LoggerFactory.getLogger(AuditLog.LOGGER);
    private static final RefusalLog REFUSED = new RefusalLog("agent");

    private final TunnelTerms terms;
    private final SocketAddress agent;
    private Span span = Span.getInvalid();

    /**
     * A tunnel's log.
     *
     * @param agent where its agent connected from first
     */
    TunnelLog(TunnelTerms terms, SocketAddress agent) {
        this.terms = terms;
        this.agent = agent;
    }

    void opened() {
        span =
                Spans.begin("tunnel")
                        .setAttribute("culvert.tunnel", terms.name())
                        .setAttribute("culvert.mode", terms.mode().label())
                        .setAttribute("client.address", AuditLog.text(agent));
        if (terms.grant().hasSubject()) {
            span.setAttribute("enduser.id", terms.grant().subject());
        }
        audit(Level.INFO)
                .addKeyValue("mode", terms.mode().label())
                .addKeyValue("backend", terms.backend().kind().name().toLowerCase(Locale.ROOT))
                .log("tunnel opened");
    }

    void resumed(SocketAddress from) {
        span.addEvent("resumed");
        about(Level.INFO).addKeyValue("agent", AuditLog.text(from)).log("tunnel resumed");
    }

    void agentLost(String why) {
        span.addEvent("agent lost");
        about(Level.INFO).addKeyValue("reason", why).log("agent lost");
    }

    void askedToMove() {
        span.addEvent("agent asked to move");
        about(Level.INFO).log("agent asked to move");
    }

    void failed(RuntimeException cause) {
        about(Level.ERROR).setCause(cause).log("tunnel failed");
    }

    /**
     * The end.
     *
     * @param detail what the agent is told, if it is told anything
     */
    void ended(Level level, Instant since, long sessions, Refusal reason, @Nullable String detail) {
        LoggingEventBuilder event =
                audit(level)
                        .addKeyValue(
                                "seconds",
                                Duration.between(since, Instant.now()).toMillis() / 1_000.0)
                        .addKeyValue("sessions", sessions)
                        .addKeyValue("reason", reason.reason().label());
        span.setAttribute("culvert.sessions", sessions)
                .setAttribute("culvert.reason", reason.reason().label());
        if (level.compareTo(Level.WARN) <= 0) {
            span.setStatus(StatusCode.ERROR, reason.reason().label());
        }
        span.end();
        (detail == null ? event : event.addKeyValue("detail", detail)).log("tunnel ended");
    }

    /**
     * An agent got no tunnel.
     *
     * @param why one of a few texts, up to a colon
     */
    static void refused(SocketAddress agent, String why) {
        int end = why.indexOf(':');
        REFUSED.add(agent, end < 0 ? why : why.substring(0, end), why, UnaryOperator.identity());
    }

    private LoggingEventBuilder about(Level level) {
        return LOG.atLevel(level).addKeyValue("tunnel", terms.name());
    }

    private LoggingEventBuilder audit(Level level) {
        LoggingEventBuilder event =
                AUDIT.atLevel(level)
                        .addKeyValue("tunnel", terms.name())
                        .addKeyValue("agent", AuditLog.text(agent));
        return terms.grant().hasSubject()
                ? event.addKeyValue("subject", terms.grant().subject())
                : event;
    }
}
