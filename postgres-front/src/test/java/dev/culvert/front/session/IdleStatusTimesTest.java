package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdleStatusTimesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FakePort port = new FakePort();
    private boolean clientsTurn = true;

    @Test
    void tells_the_encoding_each_time_the_interval_has_passed() {
        status(Optional.of(MINUTE)).start("UTF8");
        assertThat(port.delay).isEqualTo(MINUTE);
        assertThat(port.written).isEmpty();

        port.pass();
        port.pass();

        assertThat(port.written).hasSize(2).containsOnly("S\0\0\0\31server_encoding\0UTF8\0");
    }

    @Test
    void says_nothing_while_it_is_the_backends_turn_and_goes_on_afterwards() {
        status(Optional.of(MINUTE)).start("UTF8");
        clientsTurn = false;
        port.pass();
        assertThat(port.written).isEmpty();

        clientsTurn = true;
        port.pass();
        assertThat(port.written).hasSize(1);
    }

    @Test
    void is_off_unless_asked_for_and_where_the_backend_said_no_encoding() {
        status(Optional.empty()).start("UTF8");
        status(Optional.of(MINUTE)).start(null);

        assertThat(port.delay).isNull();
    }

    @Test
    void stops_with_the_session() {
        IdleStatus status = status(Optional.of(MINUTE));
        status.start("UTF8");

        status.stop();

        assertThat(port.next).isNull();
    }

    private IdleStatus status(Optional<Duration> interval) {
        return new IdleStatus(port, interval, () -> clientsTurn);
    }
}
