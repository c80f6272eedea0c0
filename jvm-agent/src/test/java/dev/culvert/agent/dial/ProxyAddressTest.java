package dev.culvert.agent.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyAddressTest {
    private static final URI RELAY = URI.create("wss://db.relay.example");

    @Test
    void reads_what_people_write() {
        assertThat(ProxyAddress.parse("http://me:se%40cret@proxy.example:3128"))
                .isEqualTo(
                        new ProxyAddress(
                                ProxyAddress.Kind.HTTP,
                                "proxy.example",
                                3128,
                                Optional.of("me"),
                                Optional.of("se@cret")));
        assertThat(ProxyAddress.parse("proxy.example").port()).isEqualTo(80);
        assertThat(ProxyAddress.parse("socks5://[::1]")).hasToString("socks5://::1:1080");
        assertThat(ProxyAddress.parse("http://me:secret@proxy.example").toString())
                .doesNotContain("secret");
    }

    @Test
    void refuses_what_cannot_be_used() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProxyAddress.parse("https://proxy.example"))
                .withMessageContaining("not by https://");
        assertThatIllegalArgumentException().isThrownBy(() -> ProxyAddress.parse("http://"));
    }

    @Test
    void lower_case_counts_first() {
        assertThat(
                        ProxyAddress.fromEnvironment(
                                        Map.of(
                                                "HTTPS_PROXY",
                                                "http://a",
                                                "https_proxy",
                                                "http://b"),
                                        RELAY)
                                .orElseThrow()
                                .host())
                .isEqualTo("b");
        assertThat(
                        ProxyAddress.fromEnvironment(Map.of("ALL_PROXY", "socks5://c"), RELAY)
                                .orElseThrow()
                                .host())
                .isEqualTo("c");
        assertThat(ProxyAddress.fromEnvironment(Map.of("HTTP_PROXY", "http://a"), RELAY)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wss://db.relay.example | relay.example | true",
                "wss://db.relay.example | .relay.example | true",
                "wss://db.relay.example | *.relay.example | true",
                "wss://db.relay.example | other, RELAY.example | true",
                "wss://db.relay.example | lay.example | false",
                "wss://db.relay.example | relay.example:443 | true",
                "wss://db.relay.example:8443 | relay.example:443 | false",
                "wss://db.relay.example | * | true",
                "wss://192.0.2.7 | 192.0.2.0/24 | true",
                "wss://192.0.2.7 | 192.0.2.7 | true",
                "wss://192.0.3.7 | 192.0.2.0/24 | false",
                "wss://[2001:db8::1] | 2001:db8::/32 | true",
                "wss://[2001:db8::1] | [2001:db8::1] | true"
            })
    void no_proxy_names_hosts_suffixes_and_ranges(String relay, String list, boolean exempt) {
        assertThat(
                        ProxyAddress.fromEnvironment(
                                Map.of("HTTPS_PROXY", "http://proxy", "NO_PROXY", list),
                                URI.create(relay)))
                .matches(found -> found.isEmpty() == exempt);
    }
}
