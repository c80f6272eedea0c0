package dev.culvert.relay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.tunnel.frame.CloseCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
    private final Access access =
            new Access(
                    settings(
                            List.of("*"),
                            token("alices", grant("alice", "demo", "ci-*")),
                            token("bobs", grant("bob"))));

    @Test
    void an_open_relay_asks_for_nothing() {
        assertThat(new Access(AccessSettings.OPEN).judge(null).join())
                .isEqualTo(new Verdict.Granted(Grant.ANONYMOUS));
    }

    @Test
    void a_token_that_was_given_out_has_its_subject() {
        assertThat(access.judge("bobs").join()).isEqualTo(new Verdict.Granted(grant("bob")));
    }

    @Test
    void a_missing_and_an_unknown_token_are_refused_without_repeating_it() {
        assertThat(access.judge(null).join())
                .isEqualTo(Verdict.unauthorized("this relay wants a token"));
        assertThat(access.judge("").join())
                .isEqualTo(Verdict.unauthorized("this relay wants a token"));
        assertThat(access.judge("carols").join())
                .isEqualTo(Verdict.unauthorized("the token is not known here"));
        assertThat(access.judge("looks.like.one").join())
                .isEqualTo(Verdict.unauthorized("the token is not known here"));
    }

    @ParameterizedTest
    @CsvSource({
        "alice, demo,  ",
        "alice, ci-7,  ",
        "alice, other, UNAUTHORIZED",
        "alice, ,      UNAUTHORIZED",
        "bob,   other, ",
        "bob,   ,      ",
        "bob,   demo,  NAME_TAKEN",
        "bob,   ci-7,  NAME_TAKEN",
        "bob,   admin, NAME_TAKEN",
    })
    void names_are_those_of_the_token_and_nobody_elses(
            String subject, @Nullable String name, @Nullable CloseCode refusal) {
        Grant grant = subject.equals("alice") ? grant("alice", "demo", "ci-*") : grant("bob");

        assertThat(access.refuses(grant, name, "exclusive").map(Verdict.Refused::code))
                .isEqualTo(Optional.ofNullable(refusal));
    }

    @Test
    void names_can_be_kept_for_a_subject_whatever_its_token_says() {
        Access reserving =
                new Access(
                        new AccessSettings(
                                false,
                                List.of(),
                                Optional.empty(),
                                Map.of(new NamePattern("shop*"), "carol"),
                                List.of("*"),
                                10,
                                10));

        assertThat(reserving.refuses(grant("bob"), "shop-2", "queue")).isPresent();
        assertThat(reserving.refuses(grant("carol"), "shop-2", "queue")).isEmpty();
        assertThat(reserving.isFree("shop-2")).isFalse();
        assertThat(reserving.isFree("admin")).isFalse();
        assertThat(reserving.isFree("other")).isTrue();
    }

    @Test
    void a_mode_that_the_token_does_not_permit_is_refused() {
        Grant grant =
                new Grant(
                        "alice",
                        List.of(),
                        OptionalInt.empty(),
                        Set.of("exclusive"),
                        Optional.empty());

        assertThat(access.refuses(grant, "other", "exclusive")).isEmpty();
        assertThat(access.refuses(grant, "other", "queue").map(Verdict.Refused::code))
                .contains(CloseCode.HELLO_REFUSED);
    }

    @Test
    void a_tunnel_that_asks_for_no_name_gets_the_tokens_first() {
        assertThat(grant("alice", "ci-*", "demo").usualName()).contains("demo");
        assertThat(grant("alice", "ci-*").usualName()).isEmpty();
    }

    @Test
    void other_settings_count_from_then_on() {
        access.replace(settings(List.of("*"), token("carols", grant("carol"))));

        assertThat(access.judge("carols").join()).isInstanceOf(Verdict.Granted.class);
        assertThat(access.judge("bobs").join()).isInstanceOf(Verdict.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example,       true",
        "https://APP.example,       true",
        "http://app.example,        false",
        "https://app.example:8443,  false",
        "https://evil.example,      false",
        "https://a.wide.example,    true",
        "https://a.b.wide.example,  true",
        "https://wide.example,      false",
        "https://evilwide.example,  false",
        "https://a.wide.example.evil.test, false",
        "null,                      false",
        "'::',                      false",
        ",                          true",
    })
    void pages_of_the_origins_that_are_listed_may_open_tunnels(
            @Nullable String origin, boolean admitted) {
        Access some =
                new Access(settings(List.of("https://app.example", "https://*.wide.example")));

        assertThat(some.admitsOrigin(origin)).isEqualTo(admitted);
    }

    @Test
    void a_hash_that_is_none_and_a_token_without_subject_are_no_entries() {
        assertThatThrownBy(() -> new TokenEntry("ABC", grant("alice")))
                .hasMessage("sha256 is not 64 hexadecimal digits in lower case");
        assertThatThrownBy(() -> new TokenEntry(TokenEntry.hash("x"), Grant.ANONYMOUS))
                .hasMessage("a token needs a subject");
    }

    private static AccessSettings settings(List<String> origins, TokenEntry... tokens) {
        return new AccessSettings(
                false, List.of(tokens), Optional.empty(), Map.of(), origins, 10, 10);
    }

    private static TokenEntry token(String token, Grant grant) {
        return new TokenEntry(TokenEntry.hash(token), grant);
    }

    private static Grant grant(String subject, String... names) {
        return new Grant(
                subject,
                Arrays.stream(names).map(NamePattern::new).toList(),
                OptionalInt.empty(),
                Set.of(),
                Optional.empty());
    }
}
