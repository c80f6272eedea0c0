package dev.culvert.relay.trace;

import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A span per session, from its beginning to its end. Thread-safe. */
public final class SessionTraces implements FrontObserver {
    private final FrontObserver next;
    private final ConcurrentMap<String, Span> open = new ConcurrentHashMap<>();

    /** Traces, and passes on beginnings, ends and refusals. */
    public SessionTraces(FrontObserver next) {
        this.next = next;
    }

    @Override
    public void onSessionStarted(SessionInfo session) {
        open.put(
                session.id(),
                Spans.begin("session")
                        .setAttribute("culvert.session", session.id())
                        .setAttribute("culvert.tunnel", session.backend())
                        .setAttribute(
                                "client.address", session.client().getAddress().getHostAddress())
                        .setAttribute("client.port", session.client().getPort())
                        .setAttribute("enduser.id", session.user()));
        next.onSessionStarted(session);
    }

    @Override
    public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
        Span span = open.remove(session.id());
        if (span != null) {
            span.setAttribute("culvert.batches", totals.batches())
                    .setAttribute("culvert.bytes_to_database", totals.bytesToDatabase())
                    .setAttribute("culvert.bytes_to_client", totals.bytesToClient())
                    .setAttribute("culvert.reason", reason.reason().label());
            if (!reason.reason().isClientsOwn()) {
                span.setStatus(StatusCode.ERROR, reason.reason().label());
            }
            span.end();
        }
        next.onSessionEnded(session, totals, reason);
    }

    @Override
    public void onRefused(RefusedClient client, Refusal refusal) {
        next.onRefused(client, refusal);
    }
}
