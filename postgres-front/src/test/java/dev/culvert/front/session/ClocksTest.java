package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clocks of a session, with a time that a test turns. */
class ClocksTest {
    private final ManualPort port = new ManualPort();
    private final List<String> said = new ArrayList<>();

    @Test
    void a_session_may_wait_as_long_as_its_state_lets_it() {
        IdleClock clock = new IdleClock(port, seconds(10), () -> said.add("idle"));
        clock.start();
        clock.waiting(seconds(60));
        port.pass(seconds(59));
        clock.waiting(seconds(10));
        port.pass(seconds(9));
        assertThat(said).isEmpty();

        port.pass(seconds(1));
        assertThat(said).containsExactly("idle");
    }

    @Test
    void a_busy_session_is_never_idle() {
        IdleClock clock = new IdleClock(port, seconds(10), () -> said.add("idle"));
        clock.start();
        clock.waiting(seconds(10));
        port.pass(seconds(9));
        clock.busy();
        port.pass(seconds(1_000));
        assertThat(said).isEmpty();

        clock.waiting(seconds(10));
        port.pass(seconds(9));
        clock.stop();
        port.pass(seconds(100));
        assertThat(said).isEmpty();
    }

    @Test
    void a_statement_is_cancelled_and_then_given_up() {
        StatementClock clock = statementClock(seconds(30));
        clock.start();
        port.pass(seconds(100));
        clock.runs(1);
        port.pass(seconds(29));
        assertThat(said).isEmpty();

        port.pass(seconds(1));
        assertThat(said).containsExactly("cancel");

        port.pass(StatementClock.CANCEL_GRACE);
        assertThat(said).containsExactly("cancel", "give up");
    }

    @Test
    void a_statement_that_ends_when_it_is_cancelled_is_not_given_up() {
        StatementClock clock = statementClock(seconds(2));
        clock.start();
        clock.runs(2);
        port.pass(seconds(2));
        clock.runs(0);
        port.pass(seconds(100));
        assertThat(said).containsExactly("cancel");

        clock.runs(3);
        port.pass(seconds(1));
        clock.runs(4);
        port.pass(seconds(1));
        assertThat(said).containsExactly("cancel");
        port.pass(seconds(1));
        assertThat(said).containsExactly("cancel", "cancel");
    }

    private StatementClock statementClock(Duration timeout) {
        return new StatementClock(
                port,
                timeout,
                new StatementClock.Limits() {
                    @Override
                    public void onTimeout() {
                        said.add("cancel");
                    }

                    @Override
                    public void onStillRunning() {
                        said.add("give up");
                    }
                });
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
