package dev.culvert.front.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> heard = new ArrayList<>();
    private final FrontMeters meters = new FrontMeters(registry, new Listener());
    private final SessionInfo session =
            new SessionInfo(
                    "1",
                    "abc123",
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                    "anna",
                    "psql",
                    "TLSv1.3");

    @Test
    void every_reason_has_its_meter_from_the_start() {
        for (Reason reason : Reason.values()) {
            assertThat(refused(reason)).isZero();
            assertThat(ended(reason)).isZero();
        }
    }

    @Test
    void counts_and_passes_on() {
        meters.onSessionStarted(session);
        assertThat(registry.get("culvert.sessions").gauge().value()).isEqualTo(1);

        meters.onSessionEnded(
                session,
                new SessionTotals(Duration.ofSeconds(6), 1, 2, 3),
                Refusals.idle(Duration.ofSeconds(5)));
        meters.onRefused(RefusedClient.at(session.client()), Refusals.tlsRequired());
        meters.onRefused(RefusedClient.at(session.client()), Refusals.tlsRequired());

        assertThat(registry.get("culvert.sessions").gauge().value()).isZero();
        assertThat(registry.get("culvert.sessions.started").counter().count()).isEqualTo(1);
        assertThat(ended(Reason.IDLE)).isEqualTo(1);
        assertThat(refused(Reason.TLS_REQUIRED)).isEqualTo(2);
        assertThat(heard).containsExactly("started", "idle", "tls-required", "tls-required");
    }

    private double refused(Reason reason) {
        return registry.get("culvert.clients.refused")
                .tag("reason", reason.label())
                .counter()
                .count();
    }

    private double ended(Reason reason) {
        return registry.get("culvert.sessions.ended")
                .tag("reason", reason.label())
                .counter()
                .count();
    }

    private final class Listener implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo started) {
            heard.add("started");
        }

        @Override
        public void onSessionEnded(SessionInfo ended, SessionTotals totals, Refusal reason) {
            heard.add(reason.reason().label());
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            heard.add(refusal.reason().label());
        }
    }
}
