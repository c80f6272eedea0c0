package dev.culvert.relay.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.relay.policy.Grant;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.scram.ScramVerifier;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloCredentialsTest {
    private static final String VERIFIER =
            ScramVerifier.fromPassword("pencil", new byte[16], 64).encode();
    private static final Frame.User ANNA = new Frame.User("anna", VERIFIER);

    @Test
    void users_have_what_the_agent_said() {
        Credentials credentials =
                HelloCredentials.of(
                        hello(
                                List.of(
                                        ANNA,
                                        new Frame.User("olga", VERIFIER, 1_893_456_000L),
                                        new Frame.User("guest", null, null)),
                                List.of()),
                        TunnelSettings.DEFAULTS.withAllowNoPassword(true));

        assertThat(credentials.find("anna")).contains(Credential.of(ScramVerifier.parse(VERIFIER)));
        assertThat(credentials.find("olga"))
                .hasValueSatisfying(olga -> {
                    assertThat(olga.isExpired(Instant.parse("2029-12-31T23:59:59Z"))).isFalse();
                    assertThat(olga.isExpired(Instant.parse("2030-01-01T00:00:00Z"))).isTrue();
                });
        assertThat(credentials.find("guest")).contains(new Credential(new Proof.None(), null));
        assertThat(credentials.find("nobody")).isEmpty();
    }

    @Test
    void clients_come_from_where_the_agent_says() {
        Credentials anywhere =
                HelloCredentials.of(hello(List.of(ANNA), List.of()), TunnelSettings.DEFAULTS);
        Credentials somewhere =
                HelloCredentials.of(
                        hello(List.of(ANNA), List.of("192.0.2.0/24", "2001:db8::/32")),
                        TunnelSettings.DEFAULTS);

        assertThat(anywhere.admits(InetAddress.ofLiteral("203.0.113.7"))).isTrue();
        assertThat(somewhere.admits(InetAddress.ofLiteral("203.0.113.7"))).isFalse();
        assertThat(somewhere.admits(InetAddress.ofLiteral("192.0.2.7"))).isTrue();
        assertThat(somewhere.admits(InetAddress.ofLiteral("2001:db8::7"))).isTrue();
    }

    @Test
    void users_without_a_password_need_the_relays_permission() {
        Frame.Hello hello = hello(List.of(new Frame.User("guest", null, null)), List.of());

        assertRefused(
                hello,
                TunnelSettings.DEFAULTS,
                "this relay permits no users without a password: guest");
        assertThat(
                        new TunnelAdmission(
                                        () -> TunnelSettings.DEFAULTS.withAllowNoPassword(true),
                                        new Access(AccessSettings.OPEN),
                                        "relay.test",
                                        "culvert")
                                .decide(hello, hello.name(), Grant.ANONYMOUS))
                .isInstanceOf(TunnelAdmission.Decision.Admitted.class);
    }

    @Test
    void md5_hashes_need_the_relays_permission() {
        Md5Verifier hash = Md5Verifier.fromPassword("pencil", "old");
        Frame.Hello hello = hello(List.of(ANNA, new Frame.User("old", hash.encode())), List.of());

        assertRefused(
                hello,
                TunnelSettings.DEFAULTS,
                "this relay permits no MD5 hashes, but SCRAM verifiers: old");
        assertThat(
                        HelloCredentials.of(hello, TunnelSettings.DEFAULTS.withAllowMd5(true))
                                .find("old"))
                .contains(new Credential(new Proof.Md5(hash), null));
    }

    @Test
    void what_makes_no_sense_is_refused_with_a_reason() {
        assertRefused(
                hello(List.of(ANNA, ANNA), List.of()),
                TunnelSettings.DEFAULTS,
                "a user is named twice: anna");
        assertRefused(
                hello(List.of(new Frame.User("anna", "md5abc")), List.of()),
                TunnelSettings.DEFAULTS,
                "malformed verifier of user anna");
        assertRefused(
                hello(List.of(ANNA), List.of("example.com")),
                TunnelSettings.DEFAULTS,
                "\"example.com\" is not a range of addresses such as 192.0.2.0/24");
        assertRefused(
                hello(List.of(ANNA), List.of("192.0.2.7/24")),
                TunnelSettings.DEFAULTS,
                "\"192.0.2.7/24\" has bits behind its prefix of 24");
    }

    private static void assertRefused(Frame.Hello hello, TunnelSettings settings, String reason) {
        assertThat(
                        new TunnelAdmission(
                                        () -> settings,
                                        new Access(AccessSettings.OPEN),
                                        "relay.test",
                                        "culvert")
                                .decide(hello, hello.name(), Grant.ANONYMOUS))
                .isEqualTo(new TunnelAdmission.Decision.Refused(CloseCode.HELLO_REFUSED, reason));
    }

    private static Frame.Hello hello(List<Frame.User> users, List<String> allow) {
        return new Frame.Hello(
                "test",
                "abc123",
                null,
                null,
                users,
                allow,
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                Frame.Hello.MIN_WINDOW,
                false,
                null);
    }
}
