package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessClockTest {
    private static final Instant START = Instant.parse("2030-01-01T12:00:00Z");

    private final FakePort port = new FakePort();
    private Instant now = START;
    private int expired;

    @Test
    void says_so_at_the_end_and_not_before() {
        start(START.plusSeconds(90));
        assertThat(port.delay).isEqualTo(AccessClock.LOOK_EVERY);

        now = START.plusSeconds(60);
        port.pass();
        assertThat(port.delay).isEqualTo(Duration.ofSeconds(30));
        assertThat(expired).isZero();

        now = START.plusSeconds(90);
        port.pass();
        assertThat(expired).isEqualTo(1);
        assertThat(port.next).isNull();
    }

    @Test
    void notices_that_the_machine_slept() {
        start(START.plusSeconds(3_600));

        now = START.plusSeconds(7_200);
        port.pass();

        assertThat(expired).isEqualTo(1);
    }

    @Test
    void does_not_end_early_when_the_time_of_day_goes_back() {
        start(START.plusSeconds(30));

        now = START.minusSeconds(3_600);
        port.pass();

        assertThat(expired).isZero();
        assertThat(port.delay).isEqualTo(AccessClock.LOOK_EVERY);
    }

    @Test
    void one_that_has_expired_meanwhile_ends_at_once() {
        start(START.minusSeconds(1));

        assertThat(port.delay).isEqualTo(Duration.ZERO);
    }

    @Test
    void never_is_a_time_too() {
        start(null);

        assertThat(port.next).isNull();
    }

    @Test
    void stops_with_the_session() {
        AccessClock clock = start(START.plusSeconds(1));

        clock.stop();

        assertThat(port.next).isNull();
    }

    private AccessClock start(@Nullable Instant expires) {
        AccessClock clock = new AccessClock(port, () -> now, expires, () -> expired++);
        clock.start();
        return clock;
    }
}
