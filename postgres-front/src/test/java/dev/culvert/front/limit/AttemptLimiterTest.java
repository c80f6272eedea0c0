package dev.culvert.front.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttemptLimiterTest {
    private static final InetAddress ATTACKER = InetAddress.ofLiteral("203.0.113.7");
    private static final InetAddress OWNER = InetAddress.ofLiteral("198.51.100.1");
    private static final String TUNNEL = "abc123";

    private final ManualClock clock = new ManualClock();
    private final AttemptLimiter limiter = new AttemptLimiter(AttemptLimits.DEFAULTS, clock);

    @Test
    void first_failures_are_answered_later_and_later() {
        assertThat(IntStream.range(0, 6).mapToObj(_ -> limiter.failed(TUNNEL, ATTACKER)).toList())
                .containsExactly(
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(4));
    }

    @Test
    void the_fifth_failure_blocks_and_each_further_one_blocks_twice_as_long() {
        fail(4, TUNNEL, ATTACKER);
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).isEmpty();

        limiter.failed(TUNNEL, ATTACKER);
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofSeconds(30));
        clock.pass(Duration.ofSeconds(29));
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).isEmpty();

        limiter.failed(TUNNEL, ATTACKER);
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofMinutes(1));
        fail(20, TUNNEL, ATTACKER);
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofMinutes(15));
    }

    @Test
    void an_address_is_blocked_for_its_tunnel_only() {
        fail(5, TUNNEL, ATTACKER);

        assertThat(limiter.blocked("other", ATTACKER)).isEmpty();
        assertThat(limiter.blocked(TUNNEL, OWNER)).isEmpty();
    }

    @Test
    void an_address_that_goes_from_tunnel_to_tunnel_is_blocked_everywhere() {
        for (int i = 0; i < 20; i++) {
            limiter.failed("tunnel-" + i, ATTACKER);
        }

        assertThat(limiter.blocked("another", ATTACKER)).contains(Duration.ofSeconds(30));
        assertThat(limiter.blocked("another", OWNER)).isEmpty();
    }

    @Test
    void a_tunnel_attacked_from_everywhere_is_blocked_but_for_those_who_logged_in_before() {
        limiter.succeeded(TUNNEL, OWNER);
        for (int i = 0; i < 100; i++) {
            limiter.failed(TUNNEL, InetAddress.ofLiteral("192.0.2." + i));
        }

        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofSeconds(30));
        assertThat(limiter.blocked(TUNNEL, OWNER)).isEmpty();
        assertThat(limiter.blocked("other", ATTACKER)).isEmpty();
    }

    @Test
    void success_clears_the_record_of_the_address_at_the_tunnel_only() {
        fail(4, TUNNEL, ATTACKER);
        fail(4, "other", ATTACKER);

        limiter.succeeded(TUNNEL, ATTACKER);

        assertThat(limiter.failed(TUNNEL, ATTACKER)).isEqualTo(Duration.ofMillis(250));
        assertThat(limiter.failed("other", ATTACKER)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void a_success_elsewhere_does_not_clear_the_record_for_all_tunnels() {
        for (int i = 0; i < 20; i++) {
            limiter.failed("tunnel-" + i, ATTACKER);
            limiter.succeeded("own", ATTACKER);
        }

        assertThat(limiter.blocked("another", ATTACKER)).isPresent();
    }

    @Test
    void failures_are_forgotten() {
        fail(5, TUNNEL, ATTACKER);
        clock.pass(Duration.ofMinutes(75));

        assertThat(limiter.failed(TUNNEL, ATTACKER)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void slips_of_many_people_behind_one_address_do_not_add_up() {
        for (int i = 0; i < 200; i++) {
            limiter.failed("tunnel-" + i, OWNER);
            clock.pass(Duration.ofMinutes(2));
        }

        assertThat(limiter.blocked("another", OWNER)).isEmpty();
    }

    @Test
    void attempts_at_one_tunnel_do_add_up() {
        for (int i = 0; i < 20; i++) {
            limiter.failed(TUNNEL, ATTACKER);
            clock.pass(Duration.ofMinutes(15));
        }

        limiter.failed(TUNNEL, ATTACKER);
        assertThat(limiter.blocked(TUNNEL, ATTACKER)).contains(Duration.ofMinutes(15));
    }

    @Test
    void addresses_of_one_ipv6_subscriber_count_together() {
        for (int i = 0; i < 5; i++) {
            limiter.failed(TUNNEL, InetAddress.ofLiteral("2001:db8:1:2::" + i));
        }

        assertThat(limiter.blocked(TUNNEL, InetAddress.ofLiteral("2001:db8:1:2:ffff::1")))
                .isPresent();
        assertThat(limiter.blocked(TUNNEL, InetAddress.ofLiteral("2001:db8:1:3::1"))).isEmpty();
    }

    @Test
    void filling_the_table_from_many_addresses_clears_no_record() {
        AttemptLimits small =
                new AttemptLimits(
                        5,
                        1_000_000,
                        1_000_000,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(15),
                        Duration.ofHours(1),
                        Duration.ofMinutes(15),
                        64);
        AttemptLimiter crowded = new AttemptLimiter(small, clock);
        for (int i = 0; i < 5; i++) {
            crowded.failed(TUNNEL, ATTACKER);
        }

        for (int i = 0; i < 10_000; i++) {
            crowded.failed(TUNNEL, InetAddress.ofLiteral("10.0." + i / 250 + "." + (1 + i % 250)));
        }

        crowded.failed(TUNNEL, ATTACKER);
        assertThat(crowded.blocked(TUNNEL, ATTACKER)).isPresent();
        assertThat(crowded.blocked(TUNNEL, OWNER)).isEmpty();
    }

    private void fail(int times, String tunnel, InetAddress address) {
        for (int i = 0; i < times; i++) {
            limiter.failed(tunnel, address);
        }
    }
}
