package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How long an agent may be silent; PROTOCOL.md section 9. */
class AgentLivenessTest {
    private final FakeAgents relay = new FakeAgents(TunnelSettings.DEFAULTS);
    private final FakeAgents.Agent agent = relay.dial();

    @Test
    void it_is_asked_every_20_seconds() {
        agent.greet(FakeAgents.hello("abc", null));

        for (int i = 1; i <= 10; i++) {
            relay.pass(seconds(20));
            long opaque = agent.next(Frame.Ping.class).opaque();
            assertThat(opaque).isEqualTo(i);
            agent.send(new Frame.Pong(opaque, Set.of()));
        }

        assertThat(agent.closeCode()).isZero();
    }

    @Test
    void silence_is_death_after_45_seconds() {
        agent.greet(FakeAgents.hello("abc", null));

        assertDiesAfter(45);
    }

    @Test
    void any_frame_is_a_sign_of_life() {
        agent.greet(FakeAgents.hello("abc", null));
        relay.pass(seconds(44));
        agent.send(new Frame.Ack(0));

        assertDiesAfter(45);
    }

    @Test
    void an_agent_in_a_hidden_page_has_75_seconds() {
        agent.greet(FakeAgents.hello("abc", null));
        agent.send(new Frame.Pong(0, Set.of(Frame.PongFlag.HIDDEN)));

        assertDiesAfter(75);
    }

    @Test
    void an_agent_whose_page_is_shown_again_has_45_seconds() {
        agent.greet(FakeAgents.hello("abc", null));
        agent.send(new Frame.Pong(0, Set.of(Frame.PongFlag.HIDDEN)));
        agent.send(new Frame.Pong(0, Set.of()));

        assertDiesAfter(45);
    }

    @Test
    void an_agent_that_runs_a_batch_has_two_minutes() {
        agent.greet(FakeAgents.hello("abc", null));
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        client.query("select pg_sleep(60)");

        assertDiesAfter(120);
        relay.pass(TunnelSettings.DEFAULTS.resume().grace());
        assertThat(client.sqlState()).isEqualTo("08006");
    }

    @Test
    void an_agent_that_has_answered_has_45_seconds() {
        agent.greet(FakeAgents.hello("abc", null));
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        client.query("select 1");
        relay.pass(seconds(44));
        agent.send(new Frame.Data(1, FakeAgents.bytes("1"), true));

        assertThat(client.answers).isEqualTo(1);
        assertDiesAfter(45);
    }

    @Test
    void an_agent_that_says_it_is_busy_has_two_minutes() {
        agent.greet(FakeAgents.hello("abc", null));
        agent.send(new Frame.Pong(0, Set.of(Frame.PongFlag.BUSY)));

        assertDiesAfter(120);
    }

    @Test
    void an_agent_that_runs_a_batch_while_its_browser_answers_has_15_minutes() {
        agent.greet(FakeAgents.hello("abc", null));
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        client.query("create index");

        for (int i = 0; i < 14 * 60; i++) {
            relay.pass(seconds(1));
            agent.answer(true);
        }
        assertThat(relay.tunnel("abc").endedBecause()).isNull();
        relay.pass(seconds(60));

        assertThat(agent.closeCode()).isEqualTo(CloseCode.DEAD.code());
    }

    @Test
    void a_browser_that_answers_for_a_frozen_page_without_a_batch_is_no_sign_of_life() {
        agent.greet(FakeAgents.hello("abc", null));

        for (int i = 0; i < 44; i++) {
            relay.pass(seconds(1));
            agent.answer(true);
        }
        assertThat(agent.closeCode()).isZero();
        relay.pass(seconds(1));

        assertThat(agent.closeCode()).isEqualTo(CloseCode.DEAD.code());
    }

    private void assertDiesAfter(int seconds) {
        relay.pass(seconds(seconds - 1));
        assertThat(agent.closeCode()).isZero();
        relay.pass(seconds(1));
        assertThat(agent.closeCode()).isEqualTo(CloseCode.DEAD.code());
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }
}
