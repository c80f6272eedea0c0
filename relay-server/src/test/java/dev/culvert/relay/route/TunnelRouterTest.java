package dev.culvert.relay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Route;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelRouterTest {
    private final TunnelRouter router =
            new TunnelRouter(
                    List.of("relay.example", "other.example"),
                    name -> name.equals("gone") ? Optional.empty() : Optional.of(new Named(name)));

    @ParameterizedTest
    @CsvSource({
        "abc123.relay.example, abc123",
        "ABC123.Relay.Example, abc123",
        "abc123.relay.example., abc123",
        "a-b.other.example, a-b",
    })
    void the_host_name_says_it(String sniHost, String name) {
        assertThat(found(sniHost, "user", "anna").backend().name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay.example", "other.example.", "localhost", "127.0.0.1", "::1"})
    void the_relays_own_names_and_addresses_say_nothing(String sniHost) {
        assertThat(refused(sniHost, "user", "anna").error().message())
                .contains("does not say which tunnel");
        assertThat(found(sniHost, "user", "anna.abc123").backend().name()).isEqualTo("abc123");
        assertThat(found(sniHost, "user", "anna", "options", "tunnel=abc123").backend().name())
                .isEqualTo("abc123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc123.elsewhere.example", "example", "evilrelay.example", "relay"})
    void a_host_of_an_unknown_domain_is_refused(String sniHost) {
        Refusal refusal = refused(sniHost, "user", "anna");

        assertThat(refusal.reason()).isEqualTo(Reason.NO_ROUTE);
        assertThat(refusal.error().sqlState()).isEqualTo("08004");
        assertThat(refusal.error().message()).contains(sniHost).contains("does not belong");
        assertThat(refusal.error().hint()).contains("NAME.relay.example");
    }

    @ParameterizedTest
    @CsvSource({
        "'tunnel=abc123',",
        "'-c tunnel=abc123',",
        "'-ctunnel=abc123',",
        "'--tunnel=abc123',",
        "'-c search_path=x tunnel=abc123', '-c search_path=x'",
        "'-c tunnel=abc123 -c DateStyle=German', '-c DateStyle=German'",
    })
    void options_say_it_and_the_backend_does_not_see_it(String options, @Nullable String rest) {
        Route.Found found = found(null, "user", "anna", "options", options);

        assertThat(found.backend().name()).isEqualTo("abc123");
        assertThat(found.startup().options()).isEqualTo(rest == null ? "" : rest);
    }

    @Test
    void the_user_says_it_when_nothing_else_does() {
        Route.Found found = found(null, "user", "anna.lena.abc123");

        assertThat(found.backend().name()).isEqualTo("abc123");
        assertThat(found.startup().user()).isEqualTo("anna.lena");
        assertThat(found.startup().database()).isEqualTo("anna.lena");
        assertThat(found(null, "user", "anna.abc123", "database", "shop").startup().database())
                .isEqualTo("shop");
    }

    @Test
    void a_dot_in_the_user_means_nothing_when_the_route_is_known() {
        assertThat(found("abc123.relay.example", "user", "anna.lena").startup().user())
                .isEqualTo("anna.lena");
    }

    @Test
    void routes_that_disagree_are_both_named() {
        Refusal refusal =
                refused("abc123.relay.example", "user", "anna", "options", "tunnel=other1");

        assertThat(refusal.error().sqlState()).isEqualTo("08004");
        assertThat(refusal.error().message()).contains("abc123").contains("other1");
    }

    @Test
    void routes_that_agree_are_one() {
        assertThat(
                        found("abc123.relay.example", "user", "anna", "options", "tunnel=abc123")
                                .backend()
                                .name())
                .isEqualTo("abc123");
    }

    @Test
    void without_a_route_the_client_is_told_of_all_three() {
        Refusal refusal = refused(null, "user", "anna");

        assertThat(refusal.error().sqlState()).isEqualTo("08004");
        assertThat(refusal.error().hint())
                .contains("NAME.relay.example")
                .contains("options=tunnel=NAME")
                .contains("USER.NAME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "-abc", "abc-", "a_b", "a.b.c", "ABC", "abc\u00e9"})
    void names_that_no_tunnel_can_have_are_refused(String name) {
        Refusal refusal = refused(null, "user", "anna", "options", "tunnel=" + name);

        assertThat(refusal.error().sqlState()).isEqualTo("08004");
        assertThat(refusal.error().message()).contains("is not a tunnel name");
    }

    @Test
    void the_longest_name_has_63_characters() {
        assertThat(found(null, "user", "a", "options", "tunnel=" + "a".repeat(63)).backend().name())
                .hasSize(63);
        assertThat(refused(null, "user", "a", "options", "tunnel=" + "a".repeat(64)).reason())
                .isEqualTo(Reason.NO_ROUTE);
    }

    @Test
    void nested_labels_are_no_name() {
        assertThat(refused("a.abc123.relay.example", "user", "anna").error().message())
                .contains("\"a.abc123\" is not a tunnel name");
    }

    @Test
    void a_name_without_a_live_tunnel_is_57P03() {
        assertThat(refused("gone.relay.example", "user", "anna").error().sqlState())
                .isEqualTo("57P03");
    }

    @Test
    void options_that_make_no_sense_are_a_violation() {
        assertThatThrownBy(() -> router.route(null, startup("user", "a", "options", "-x")))
                .isInstanceOf(WireException.class);
    }

    private Route.Found found(@Nullable String sniHost, String... parameters) {
        return (Route.Found) router.route(sniHost, startup(parameters));
    }

    private Refusal refused(@Nullable String sniHost, String... parameters) {
        return ((Route.Refused) router.route(sniHost, startup(parameters))).refusal();
    }

    private static StartupMessage startup(String... parameters) {
        SequencedMap<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            map.put(parameters[i], parameters[i + 1]);
        }
        return new StartupMessage(ProtocolVersion.V3_0, map);
    }

    /** A tunnel that nobody opens a session on. */
    private record Named(String name) implements Backend {
        @Override
        public Credentials credentials() {
            return Credentials.of(Map.of(), List.of());
        }

        @Override
        public Sharing sharing() {
            return new ExclusiveSharing();
        }

        @Override
        public boolean appliesStartupParameters() {
            return true;
        }

        @Override
        public SessionTimeouts timeouts() {
            return SessionTimeouts.DEFAULTS;
        }

        @Override
        public BackendSession open(SessionRequest request, BackendEvents events) {
            throw new UnsupportedOperationException("nobody opens a session");
        }
    }
}
