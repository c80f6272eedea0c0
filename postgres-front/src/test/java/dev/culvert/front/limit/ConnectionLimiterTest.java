package dev.culvert.front.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.front.limit.ConnectionLimiter.Decision;
import dev.culvert.front.refuse.Reason;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionLimiterTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("203.0.113.7");
    private static final InetAddress THERE = InetAddress.ofLiteral("203.0.113.8");

    private final ManualClock clock = new ManualClock();

    @Test
    void one_address_gets_no_more_than_its_share() {
        ConnectionLimiter limiter = limiter(ConnectionLimits.DEFAULTS.withCounts(10, 2, 10));
        Runnable first = admitted(limiter.connect(HERE));
        admitted(limiter.connect(HERE));

        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.TOO_MANY_FROM_ADDRESS);
        admitted(limiter.connect(THERE));
        first.run();
        admitted(limiter.connect(HERE));
    }

    @Test
    void all_together_get_no_more_than_the_total() {
        ConnectionLimiter limiter = limiter(ConnectionLimits.DEFAULTS.withCounts(2, 10, 10));
        Runnable first = admitted(limiter.connect(HERE));
        admitted(limiter.connect(THERE));

        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
        assertThat(limiter.connections()).isEqualTo(2);
        first.run();
        admitted(limiter.connect(HERE));
    }

    @Test
    void other_limits_are_for_connections_that_come_after() {
        ConnectionLimiter limiter =
                limiter(
                        ConnectionLimits.DEFAULTS
                                .withCounts(10, 1, 1)
                                .withRates(new RateLimit(100, 100), new RateLimit(1, 2)));
        Runnable first = admitted(limiter.connect(HERE));
        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.TOO_MANY_FROM_ADDRESS);

        limiter.replace(
                ConnectionLimits.DEFAULTS
                        .withCounts(2, 10, 1)
                        .withRates(new RateLimit(100, 100), new RateLimit(100, 100)));

        clock.pass(Duration.ofMillis(50));
        admitted(limiter.connect(HERE));
        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
        first.run();
        assertThat(limiter.connections()).isEqualTo(1);
    }

    @Test
    void one_tunnel_gets_no_more_than_its_share() {
        ConnectionLimiter limiter = limiter(ConnectionLimits.DEFAULTS.withCounts(10, 10, 1));
        Runnable first = admitted(limiter.login("abc123"));

        assertThat(reason(limiter.login("abc123"))).isEqualTo(Reason.TOO_MANY_TO_TUNNEL);
        admitted(limiter.login("other"));
        first.run();
        admitted(limiter.login("abc123"));
    }

    @Test
    void one_address_connects_no_faster_than_its_rate() {
        ConnectionLimiter limiter =
                limiter(
                        ConnectionLimits.DEFAULTS.withRates(
                                new RateLimit(100, 100), new RateLimit(1, 2)));
        admitted(limiter.connect(HERE));
        admitted(limiter.connect(HERE));

        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.CONNECTING_TOO_FAST);
        admitted(limiter.connect(THERE));
        clock.pass(Duration.ofSeconds(1));
        admitted(limiter.connect(HERE));
        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.CONNECTING_TOO_FAST);
        clock.pass(Duration.ofHours(1));
        admitted(limiter.connect(HERE));
        admitted(limiter.connect(HERE));
        assertThat(reason(limiter.connect(HERE))).isEqualTo(Reason.CONNECTING_TOO_FAST);
    }

    @Test
    void all_together_connect_no_faster_than_their_rate() {
        ConnectionLimiter limiter =
                limiter(
                        ConnectionLimits.DEFAULTS.withRates(
                                new RateLimit(1, 1), new RateLimit(10, 10)));
        admitted(limiter.connect(HERE));

        assertThat(reason(limiter.connect(THERE))).isEqualTo(Reason.CONNECTING_TOO_FAST);
        clock.pass(Duration.ofSeconds(1));
        admitted(limiter.connect(THERE));
    }

    @Test
    void a_refused_connection_counts_nowhere() {
        ConnectionLimiter limiter = limiter(ConnectionLimits.DEFAULTS.withCounts(1, 1, 1));
        Runnable only = admitted(limiter.connect(HERE));
        assertThat(limiter.connect(THERE)).isInstanceOf(Decision.Refused.class);
        only.run();

        assertThat(limiter.connections()).isZero();
        admitted(limiter.connect(THERE));
    }

    @Test
    void readable_refusals_are_few() {
        ConnectionLimiter limiter = limiter(ConnectionLimits.DEFAULTS.withReadableRefusals(1));

        assertThat(limiter.beginReadableRefusal()).isTrue();
        assertThat(limiter.beginReadableRefusal()).isFalse();
        limiter.endReadableRefusal();
        assertThat(limiter.beginReadableRefusal()).isTrue();
    }

    @Test
    void limits_that_let_nobody_in_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConnectionLimits.DEFAULTS.withCounts(0, 1, 1))
                .withMessageContaining("connections.total");
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(0, 1));
    }

    private ConnectionLimiter limiter(ConnectionLimits limits) {
        return new ConnectionLimiter(limits, clock);
    }

    private static Runnable admitted(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Admitted.class);
        return ((Decision.Admitted) decision).release();
    }

    private static Reason reason(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        return ((Decision.Refused) decision).refusal().reason();
    }
}
