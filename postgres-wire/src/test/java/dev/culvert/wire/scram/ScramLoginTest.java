package dev.culvert.wire.scram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The client's side of SCRAM. */
class ScramLoginTest {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final List<String> OFFERED = List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256");
    private static final ChannelBinding BINDING =
            new ChannelBinding.TlsServerEndPoint(new byte[] {1, 2, 3});
    private static final String SERVER_NONCE = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String CHALLENGE =
            "r=" + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private static ScramLogin login(ChannelBinding binding) {
        return ScramLogin.by("pencil", binding, OFFERED, NONCE).orElseThrow();
    }

    private static ScramLogin randomLogin() {
        return ScramLogin.by("pencil", ChannelBinding.none(), OFFERED).orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void answers_as_another_implementation_does() {
        ScramLogin login = login(ChannelBinding.none());
        ScramClient other = ScramClient.unbound();
        ScramClient.Last expected = other.last(bytes("pencil"), bytes(CHALLENGE));

        assertThat(login.first()).isEqualTo(other.first());
        assertThat(login.last(bytes(CHALLENGE))).isEqualTo(expected.message());
        assertThat(login.accepts(expected.expectedAnswer())).isTrue();
    }

    @Test
    void the_better_mechanism_is_taken() {
        assertThat(login(BINDING).mechanism()).isEqualTo("SCRAM-SHA-256-PLUS");
        assertThat(login(BINDING).first()).asString().startsWith("p=tls-server-end-point,,n=,r=");
        assertThat(login(ChannelBinding.none()).first()).asString().startsWith("n,,n=,r=");
        assertThat(ScramLogin.by("pencil", BINDING, List.of("SCRAM-SHA-256")).orElseThrow().first())
                .as("says that it could have bound")
                .asString()
                .startsWith("y,,n=,r=");
        assertThat(ScramLogin.by("pencil", BINDING, List.of("OAUTHBEARER"))).isEmpty();
    }

    @Test
    void the_binding_is_part_of_the_answer() {
        assertThat(login(BINDING).last(bytes(CHALLENGE)))
                .asString()
                // "p=tls-server-end-point,," and the bytes 1, 2, 3
                .startsWith("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAQID,r=");
    }

    @Test
    void a_server_that_does_not_know_the_password_is_not_accepted() {
        ScramLogin login = login(ChannelBinding.none());
        assertThat(login.accepts(bytes("v="))).isFalse();
        login.last(bytes(CHALLENGE));
        assertThat(login.accepts(bytes("v=AAAA"))).isFalse();
        assertThat(login.accepts(bytes("e=other-error"))).isFalse();
    }

    @Test
    void a_challenge_that_makes_no_sense_is_refused() {
        for (String challenge :
                new String[] {
                    "",
                    "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                    "r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                    "r=" + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
                    "r=" + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=9999999",
                    "m=x," + CHALLENGE
                }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> login(ChannelBinding.none()).last(bytes(challenge)))
                    .withMessageContaining("server");
        }
    }

    @Test
    void nonces_differ() {
        assertThat(randomLogin().first()).isNotEqualTo(randomLogin().first());
    }
}
