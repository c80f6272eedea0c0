package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of the times that an agent asks for, and how a tunnel's own time ends. */
class TunnelTermsTest {
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    @Test
    void an_agent_gets_what_it_asks_for_as_far_as_the_operator_permits() {
        Frame.Welcome modest =
                agents(Optional.of(Duration.ofSeconds(90)))
                        .dial()
                        .greet(hello("queue", 20, new Frame.Timeouts(10, 30, 40)));
        assertThat(modest.idleTimeout()).isEqualTo(20);
        assertThat(modest.timeouts()).isEqualTo(new Frame.Timeouts(10, 30, 40));

        Frame.Welcome greedy =
                agents(Optional.of(Duration.ofSeconds(90)))
                        .dial()
                        .greet(hello("queue", 9_999, new Frame.Timeouts(9_999, 9_999, 9_999)));
        assertThat(greedy.idleTimeout()).isEqualTo(300);
        assertThat(greedy.timeouts()).isEqualTo(new Frame.Timeouts(120, 90, 60));
    }

    @Test
    void an_agent_that_asks_for_nothing_gets_the_operators_times() {
        Frame.Welcome welcome =
                agents(Optional.empty()).dial().greet(hello(null, null, Frame.Timeouts.NONE));

        assertThat(welcome.idleTimeout()).isEqualTo(300);
        assertThat(welcome.timeouts()).isEqualTo(new Frame.Timeouts(120, null, null));
    }

    @Test
    void an_agent_may_limit_statements_where_the_operator_does_not() {
        Frame.Welcome welcome =
                agents(Optional.empty())
                        .dial()
                        .greet(hello(null, 5, new Frame.Timeouts(null, 7, null)));

        assertThat(welcome.timeouts())
                .as("an idle transaction ends with the other idle sessions")
                .isEqualTo(new Frame.Timeouts(5, 7, null));
    }

    @Test
    void a_mode_that_does_not_exist_is_refused() {
        FakeAgents.Agent agent = agents(Optional.empty()).dial();
        agent.send(hello("shared", null, Frame.Timeouts.NONE));

        assertThat(agent.closeCode()).isEqualTo(CloseCode.HELLO_REFUSED.code());
    }

    @Test
    void clients_hear_a_minute_ahead_that_the_lifetime_ends() {
        FakeAgents agents = agents(Optional.empty());
        FakeAgents.Agent agent = agents.dial();
        agent.greet(hello(null, null, Frame.Timeouts.NONE));
        FakeAgents.Client early = agents.client("abc123");
        passAnswering(agents, agent, LIFETIME.minusSeconds(61));
        assertThat(early.notices).isEmpty();

        passAnswering(agents, agent, Duration.ofSeconds(2));
        String notice = "the tunnel's lifetime of 600 seconds ends within 60 seconds";
        assertThat(early.notices).containsExactly(notice);
        assertThat(agents.client("abc123").notices).containsExactly(notice);

        passAnswering(agents, agent, Duration.ofMinutes(1));
        assertThat(early.notices).hasSize(1);
        assertThat(early.sqlState()).isEqualTo("57P01");
    }

    private static void passAnswering(FakeAgents agents, FakeAgents.Agent agent, Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            agents.pass(Duration.ofSeconds(1));
            agent.answer(false);
        }
    }

    private static FakeAgents agents(Optional<Duration> statement) {
        SessionTimeouts timeouts =
                new SessionTimeouts(
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(2),
                        statement,
                        Duration.ofMinutes(1));
        return new FakeAgents(
                TunnelSettings.DEFAULTS.with(new SessionSettings(timeouts, 10), LIFETIME));
    }

    private static Frame.Hello hello(
            @Nullable String mode, @Nullable Integer idle, Frame.Timeouts timeouts) {
        Frame.Hello usual = FakeAgents.hello("abc123", null);
        return new Frame.Hello(
                usual.agent(),
                usual.name(),
                null,
                mode,
                usual.users(),
                List.of(),
                usual.backend(),
                idle,
                null,
                timeouts,
                usual.window(),
                true,
                null);
    }
}
