package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tunnel whose agent is lost, and comes back or not; PROTOCOL.md section 8. */
class TunnelResumeTest {
    private static final Duration GRACE = TunnelSettings.DEFAULTS.resume().grace();
    private static final Duration RESERVATION = TunnelSettings.DEFAULTS.resume().reservation();

    private final FakeAgents relay = new FakeAgents(TunnelSettings.DEFAULTS);
    private final FakeAgents.Agent first = relay.dial();
    private String secret = "";

    @BeforeEach
    void share() {
        secret = FakeAgents.resumption(first.greet(FakeAgents.hello("abc", null))).secret();
    }

    @Test
    void an_agent_that_is_back_within_the_grace_period_goes_on() {
        FakeAgents.Client client = relay.client("abc");
        first.send(new Frame.Accept(1));
        first.vanish();
        client.query("select 1");
        relay.pass(GRACE.minusSeconds(1));

        FakeAgents.Agent again = relay.dial();
        Frame.Welcome welcome = again.greet(FakeAgents.hello(null, resume(secret, 1L)));

        assertThat(welcome.resume()).isEqualTo(new Frame.Resumption(secret, 30, 1L));
        assertThat(again.next(Frame.Data.class).end()).isTrue();
        relay.pass(GRACE);
        again.send(new Frame.Data(1, FakeAgents.bytes("1"), true));
        assertThat(client.answers).isEqualTo(1);
        assertThat(client.sqlState()).isEqualTo("alive");
    }

    @Test
    void a_tunnel_keeps_the_sizes_that_it_was_opened_with() {
        relay.reconfigure(
                TunnelSettings.DEFAULTS
                        .with(SessionSettings.DEFAULTS, Duration.ofMinutes(5))
                        .withWindows(new WindowLimits(100_000, 200_000, 300_000)));
        first.vanish();

        Frame.Welcome back = relay.dial().greet(FakeAgents.hello(null, resume(secret, 0L)));
        Frame.Welcome other = relay.dial().greet(FakeAgents.hello("other", null));

        assertThat(back.window()).isEqualTo(TunnelSettings.DEFAULTS.windows().initial());
        assertThat(back.lifetime()).isEqualTo(3_600);
        assertThat(other.window()).isEqualTo(100_000);
        assertThat(other.lifetime()).isEqualTo(300);
    }

    @Test
    void sessions_end_with_08006_when_the_grace_period_has_passed() {
        FakeAgents.Client client = relay.client("abc");
        first.vanish();

        relay.pass(GRACE.minusSeconds(1));
        assertThat(client.sqlState()).isEqualTo("alive");
        relay.pass(Duration.ofSeconds(1));

        assertThat(client.sqlState()).isEqualTo("08006");
        assertThat(relay.registry.find("abc")).isEmpty();
    }

    @Test
    void the_name_waits_five_minutes_for_its_owner() {
        first.vanish();
        relay.pass(GRACE.plus(RESERVATION).minusSeconds(1));

        assertThat(refusal(FakeAgents.hello("abc", null))).isEqualTo(CloseCode.NAME_TAKEN.code());
        assertThat(refusal(FakeAgents.hello(null, resume("x".repeat(43), null))))
                .isEqualTo(CloseCode.NAME_TAKEN.code());
        Frame.Welcome welcome = relay.dial().greet(FakeAgents.hello(null, resume(secret, 5L)));

        assertThat(welcome.name()).isEqualTo("abc");
        Frame.Resumption resume = FakeAgents.resumption(welcome);
        assertThat(resume.received()).isNull();
        assertThat(resume.secret()).isNotEqualTo(secret);
    }

    @Test
    void after_that_the_name_is_anybodys() {
        first.vanish();
        relay.pass(GRACE.plus(RESERVATION));

        assertThat(relay.dial().greet(FakeAgents.hello("abc", null)).name()).isEqualTo("abc");
    }

    @Test
    void a_new_epoch_ends_the_old_sessions_with_08006_at_once() {
        FakeAgents.Client old = relay.client("abc");

        FakeAgents.Agent again = relay.dial();
        again.greet(FakeAgents.hello(null, resume(secret, null)));

        assertThat(old.sqlState()).isEqualTo("08006");
        assertThat(first.closeCode()).isEqualTo(CloseCode.SUPERSEDED.code());
        FakeAgents.Client client = relay.client("abc");
        assertThat(again.next(Frame.Open.class).stream()).isEqualTo(1);
        assertThat(client.sqlState()).isEqualTo("alive");
    }

    @Test
    void a_new_epoch_whose_welcome_was_lost_can_be_opened_again_with_the_secret_before() {
        FakeAgents.Agent lost = relay.dial();
        String next =
                FakeAgents.resumption(lost.greet(FakeAgents.hello(null, resume(secret, null))))
                        .secret();
        lost.vanish();

        FakeAgents.Agent again = relay.dial();
        again.greet(FakeAgents.hello(null, resume(secret, null)));
        assertThat(relay.tunnel("abc").secrets().own().is(next)).isFalse();

        // from its first frame on, the agent is known to have the new secret
        again.send(new Frame.Ping(1));
        FakeAgents.Agent stranger = relay.dial();
        stranger.send(FakeAgents.hello(null, resume(secret, null)));
        assertThat(stranger.closeCode()).isEqualTo(CloseCode.NAME_TAKEN.code());
    }

    @Test
    void a_newer_connection_fences_the_older_one_at_once() {
        FakeAgents.Client client = relay.client("abc");
        FakeAgents.Agent again = relay.dial();
        again.greet(FakeAgents.hello(null, resume(secret, 1L)));

        assertThat(first.closeCode()).isEqualTo(CloseCode.SUPERSEDED.code());
        first.send(new Frame.Accept(1));
        first.send(new Frame.Close(1, null));
        first.vanish();
        relay.pass(GRACE);

        assertThat(client.sqlState()).isEqualTo("alive");
        again.send(new Frame.Accept(1)).send(new Frame.Data(1, FakeAgents.bytes(""), true));
        assertThat(client.answers).isEqualTo(1);
    }

    @Test
    void a_stranger_who_knows_the_name_is_refused_and_disturbs_nobody() {
        FakeAgents.Client client = relay.client("abc");

        assertThat(refusal(FakeAgents.hello("abc", null))).isEqualTo(CloseCode.NAME_TAKEN.code());
        assertThat(refusal(FakeAgents.hello(null, resume("x".repeat(43), 0L))))
                .isEqualTo(CloseCode.NAME_TAKEN.code());
        assertThat(refusal(FakeAgents.hello(null, resume("x".repeat(43), null))))
                .isEqualTo(CloseCode.NAME_TAKEN.code());

        first.send(new Frame.Accept(1)).send(new Frame.Data(1, FakeAgents.bytes(""), true));
        assertThat(client.answers).isEqualTo(1);
        assertThat(first.closeCode()).isZero();
    }

    @Test
    void an_agent_that_stops_while_it_is_back_only_for_that_ends_sessions_with_57P01() {
        FakeAgents.Client client = relay.client("abc");
        first.vanish();
        FakeAgents.Agent again = relay.dial();
        again.greet(FakeAgents.hello(null, resume(secret, 1L)));

        again.send(new Frame.GoAway("closed", "stopped"));

        assertThat(client.sqlState()).isEqualTo("57P01");
        assertThat(relay.registry.find("abc")).isEmpty();
    }

    private int refusal(Frame.Hello hello) {
        FakeAgents.Agent stranger = relay.dial();
        stranger.send(hello);
        return stranger.closeCode();
    }

    private static Frame.Resume resume(String secret, @Nullable Long received) {
        return new Frame.Resume("abc", secret, received);
    }
}
