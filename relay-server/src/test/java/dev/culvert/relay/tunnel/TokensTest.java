package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.NamePattern;
import dev.culvert.relay.policy.TokenEntry;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Agents at a relay that wants tokens. */
class TokensTest {
    private static final Duration BRIEF = Duration.ofMinutes(10);

    private final FakeAgents agents =
            new FakeAgents(
                    TunnelSettings.DEFAULTS,
                    new AccessSettings(
                            false,
                            List.of(
                                    token("alices", "alice", "demo", OptionalInt.of(1)),
                                    token("bobs", "bob", "b*", OptionalInt.empty()),
                                    token("carols", "carol", "c*", OptionalInt.empty())),
                            Optional.empty(),
                            Map.of(),
                            List.of("*"),
                            3,
                            2));

    @Test
    void a_token_in_hello_or_in_the_header_opens_a_tunnel() {
        assertThat(agents.dial().greet(FakeAgents.hello("demo", "alices", null)).name())
                .isEqualTo("demo");
        assertThat(agents.dial("bobs").greet(FakeAgents.hello("bobs-own", null)).name())
                .isEqualTo("bobs-own");
    }

    @Test
    void no_token_a_wrong_one_and_a_name_that_is_not_its_own_are_refused() {
        assertThat(refusal("demo", null)).isEqualTo(CloseCode.UNAUTHORIZED);
        assertThat(refusal("demo", "wrong")).isEqualTo(CloseCode.UNAUTHORIZED);
        assertThat(refusal("bobs-own", "alices")).isEqualTo(CloseCode.UNAUTHORIZED);
        assertThat(agents.registry.find("demo")).isEmpty();
    }

    @Test
    void who_asks_for_no_name_gets_its_own() {
        assertThat(agents.dial().greet(FakeAgents.hello(null, "alices", null)).name())
                .isEqualTo("demo");
    }

    @Test
    void a_tunnel_lives_no_longer_than_its_token_says() {
        Frame.Welcome welcome = agents.dial().greet(FakeAgents.hello("demo", "alices", null));

        assertThat(welcome.lifetime()).isEqualTo((int) BRIEF.toSeconds());
    }

    @Test
    void a_subject_has_so_many_tunnels_and_gets_the_place_of_one_that_ended() {
        FakeAgents.Agent first = agents.dial();
        first.greet(FakeAgents.hello("b-1", "bobs", null));
        agents.dial().greet(FakeAgents.hello("b-2", "bobs", null));
        assertThat(refusal("b-3", "bobs")).isEqualTo(CloseCode.LIMIT);

        first.send(new Frame.GoAway("closed", "enough"));

        assertThat(agents.dial().greet(FakeAgents.hello("b-3", "bobs", null)).name())
                .isEqualTo("b-3");
    }

    @Test
    void the_relay_has_so_many_tunnels() {
        agents.dial().greet(FakeAgents.hello("b-1", "bobs", null));
        agents.dial().greet(FakeAgents.hello("b-2", "bobs", null));
        agents.dial().greet(FakeAgents.hello("c-1", "carols", null));

        assertThat(refusal("c-2", "carols")).isEqualTo(CloseCode.LIMIT);
    }

    @Test
    void who_comes_back_shows_the_tunnels_secret_and_no_token() {
        FakeAgents.Agent first = agents.dial();
        Frame.Welcome welcome = first.greet(FakeAgents.hello("demo", "alices", null));
        first.vanish();

        Frame.Welcome again =
                agents.dial()
                        .greet(
                                FakeAgents.hello(
                                        null,
                                        null,
                                        new Frame.Resume(
                                                "demo",
                                                FakeAgents.resumption(welcome).secret(),
                                                0L)));

        assertThat(again.name()).isEqualTo("demo");
        assertThat(refusal("demo", "alices")).isEqualTo(CloseCode.LIMIT);
    }

    private CloseCode refusal(String name, @Nullable String token) {
        FakeAgents.Agent agent = agents.dial();
        agent.send(FakeAgents.hello(name, token, null));
        int code = agent.closeCode();
        for (CloseCode known : CloseCode.values()) {
            if (known.code() == code) {
                return known;
            }
        }
        throw new AssertionError("closed with " + code);
    }

    private static TokenEntry token(
            String token, String subject, String name, OptionalInt tunnels) {
        return new TokenEntry(
                TokenEntry.hash(token),
                new Grant(
                        subject,
                        List.of(new NamePattern(name)),
                        tunnels,
                        Set.of(),
                        Optional.of(BRIEF)));
    }
}
