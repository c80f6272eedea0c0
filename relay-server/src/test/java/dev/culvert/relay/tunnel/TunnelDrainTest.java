package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A tunnel whose agent is asked to move; PROTOCOL.md section 9. */
class TunnelDrainTest {
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final FakeAgents relay = new FakeAgents(TunnelSettings.DEFAULTS);
    private final FakeAgents.Agent agent = relay.dial();
    private final Frame.Welcome welcome = agent.greet(FakeAgents.hello("abc", null));

    @Test
    void the_agent_is_told_why_when_it_is_its_turn() {
        relay.tunnel("abc").drain(Duration.ofSeconds(3), "updating", WAIT, () -> true);

        relay.pass(Duration.ofSeconds(2));
        assertThat(agent.channel.outboundMessages()).isEmpty();
        relay.pass(Duration.ofSeconds(1));

        assertThat(agent.next(Frame.GoAway.class))
                .isEqualTo(new Frame.GoAway("draining", "updating"));
    }

    @Test
    void idle_sessions_are_asked_to_end_after_the_wait_and_the_others_go_on() {
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        drain();

        relay.pass(WAIT.minusSeconds(1));
        assertThat(client.sqlStateWhenIdle()).isEqualTo("alive");
        relay.pass(Duration.ofSeconds(30));

        assertThat(client.sqlStateWhenIdle()).isEqualTo("57P01");
        client.query("commit");
        agent.send(new Frame.Data(1, FakeAgents.bytes(""), true));
        assertThat(client.answers).isEqualTo(1);
        assertThat(client.sqlState()).isEqualTo("alive");
    }

    @Test
    void an_agent_may_move_to_where_it_is_and_its_sessions_go_on() {
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        drain();
        String secret = FakeAgents.resumption(welcome).secret();

        FakeAgents.Agent moved = relay.dial();
        moved.greet(FakeAgents.hello(null, new Frame.Resume("abc", secret, null)));

        assertThat(agent.closeCode()).isZero();
        client.query("commit");
        agent.send(new Frame.Data(1, FakeAgents.bytes(""), true));
        assertThat(client.answers).isEqualTo(1);
        assertThat(relay.client("abc").sqlState()).isEqualTo("alive");
        agent.send(new Frame.GoAway("closed", "moved"));
        assertThat(client.sqlState()).isEqualTo("57P01");
        assertThat(relay.registry.find("abc")).isPresent();
    }

    @Test
    void no_session_is_opened_after_the_agent_was_asked() {
        drain();

        assertThat(relay.client("abc").sqlState()).isEqualTo("57P01");
    }

    @Test
    void the_tunnel_ends_when_the_agent_lets_go() {
        drain();

        agent.send(new Frame.GoAway("closed", "moved"));

        assertThat(relay.registry.find("abc")).isEmpty();
        assertThat(relay.registry.close().isComplete()).isTrue();
    }

    @Test
    void an_agent_that_cannot_move_is_let_go_after_the_wait() {
        drain();

        relay.pass(WAIT.minusSeconds(1));
        assertThat(agent.closeCode()).isZero();
        relay.pass(Duration.ofSeconds(1));

        assertThat(agent.closeCode()).isEqualTo(CloseCode.DRAINING.code());
    }

    @Test
    void an_agent_that_cannot_move_is_let_go_after_its_last_session() {
        FakeAgents.Client client = relay.client("abc");
        agent.send(new Frame.Accept(1));
        drain();
        relay.pass(Duration.ofSeconds(30));
        assertThat(agent.closeCode()).isZero();

        client.session.close();
        agent.send(new Frame.Close(1, null));

        assertThat(agent.closeCode()).isEqualTo(CloseCode.DRAINING.code());
    }

    @Test
    void an_agent_that_was_asked_and_is_lost_is_not_waited_for() {
        FakeAgents.Client client = relay.client("abc");
        drain();

        agent.vanish();

        assertThat(client.sqlState()).isEqualTo("08006");
        assertThat(relay.registry.find("abc")).isEmpty();
    }

    @Test
    void an_agent_that_was_away_is_asked_when_it_is_back() {
        FakeAgents.Client client = relay.client("abc");
        agent.vanish();
        drain();
        String secret = FakeAgents.resumption(welcome).secret();

        FakeAgents.Agent again = relay.dial();
        again.greet(FakeAgents.hello(null, new Frame.Resume("abc", secret, 1L)));

        assertThat(again.next(Frame.GoAway.class).code()).isEqualTo("draining");
        assertThat(client.sqlState()).isEqualTo("alive");
    }

    @Test
    void a_relay_that_drains_turns_new_agents_away_and_takes_lost_ones_back() {
        relay.registry.close();
        agent.vanish();
        String secret = FakeAgents.resumption(welcome).secret();

        FakeAgents.Agent stranger = relay.dial();
        stranger.send(FakeAgents.hello("other", null));

        assertThat(stranger.closeCode()).isEqualTo(CloseCode.DRAINING.code());
        assertThat(
                        relay.dial()
                                .greet(FakeAgents.hello(null, new Frame.Resume("abc", secret, 0L)))
                                .resume())
                .isEqualTo(new Frame.Resumption(secret, 30, 0L));
    }

    private void drain() {
        relay.tunnel("abc").drain(Duration.ZERO, "updating", WAIT, () -> true);
        relay.pass(Duration.ZERO);
    }
}
