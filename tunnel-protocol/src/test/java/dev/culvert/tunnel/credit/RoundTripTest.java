package dev.culvert.tunnel.credit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {
    private static final long MILLI = 1_000_000;

    private final List<Long> pings = new ArrayList<>();
    private long now;
    private final RoundTrip roundTrip = new RoundTrip(() -> now, pings::add);

    private void measure(long nanos) {
        roundTrip.want();
        now += nanos;
        roundTrip.onPong(pings.getLast());
    }

    @Test
    void is_unknown_until_its_own_ping_is_answered() {
        roundTrip.want();
        now += MILLI;
        roundTrip.onPong(1);
        assertThat(roundTrip.nanos()).isZero();
        roundTrip.onPong(pings.getFirst());
        assertThat(roundTrip.nanos()).isEqualTo(MILLI);
    }

    @Test
    void asks_once_at_a_time_and_once_a_second() {
        roundTrip.want();
        now += 5 * RoundTrip.INTERVAL_NANOS;
        roundTrip.want();
        assertThat(pings).hasSize(1);
        roundTrip.onPong(pings.getFirst());
        roundTrip.want();
        roundTrip.want();
        assertThat(pings).hasSize(2);
        roundTrip.onPong(pings.getLast());
        now += RoundTrip.INTERVAL_NANOS - 1;
        roundTrip.want();
        assertThat(pings).hasSize(2);
    }

    @Test
    void the_shortest_counts_for_a_while() {
        measure(5 * MILLI);
        now += RoundTrip.INTERVAL_NANOS;
        measure(80 * MILLI);
        assertThat(roundTrip.nanos()).isEqualTo(5 * MILLI);
        now += RoundTrip.EXPIRY_NANOS;
        measure(70 * MILLI);
        assertThat(roundTrip.nanos()).isEqualTo(70 * MILLI);
    }

    @Test
    void starts_again_on_another_path() {
        measure(5 * MILLI);
        roundTrip.want();
        roundTrip.restart();
        assertThat(roundTrip.nanos()).isZero();
        measure(90 * MILLI);
        assertThat(roundTrip.nanos()).isEqualTo(90 * MILLI);
    }
}
