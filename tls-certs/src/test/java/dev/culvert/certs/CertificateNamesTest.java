package dev.culvert.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNamesTest {
    @ParameterizedTest
    @CsvSource({
        "relay.example, relay.example",
        "Relay.Example., relay.example",
        "relay.example, RELAY.example.",
        "*.relay.example, abc123.relay.example",
        "*.Relay.example, ABC123.relay.example.",
        "*.localhost, tab.localhost",
        "127.0.0.1, 127.0.0.1",
        "::1, 0:0:0:0:0:0:0:1",
        "2001:DB8::5, 2001:db8:0::5",
        "::1, [::1]",
    })
    void nameCoversHost(String name, String host) {
        assertThat(CertificateNames.covers(name, host)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "relay.example, abc.relay.example",
        "*.relay.example, relay.example",
        "*.relay.example, a.b.relay.example",
        "*.relay.example, .relay.example",
        "*.relay.example, *.relay.example",
        "*.relay.example, xrelay.example",
        "a*.relay.example, abc.relay.example",
        "*.*.example, a.b.example",
        "*, relay",
        "*., relay.",
        "*.0.0.1, 127.0.0.1",
        "127.0.0.1, 127.0.0.2",
        "relay.example, ''",
        "'', ''",
    })
    void nameDoesNotCoverHost(String name, String host) {
        assertThat(CertificateNames.covers(name, host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "LOCALHOST., localhost",
        "*.Culvert.Localhost, *.culvert.localhost",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "0:0:0:0:0:0:0:1, ::1",
        "::, ::",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "fe80::, fe80::",
        "10.0.0.1, 10.0.0.1",
    })
    void issuableNameIsReturnedInOneSpelling(String name, String spelling) {
        assertThat(CertificateNames.requireIssuable(name)).isEqualTo(spelling);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "*",
                "*.localhost",
                "a..b",
                "-a.example",
                "a-.example",
                "a b.example",
                "a*.example",
                "a.*.example",
                "b\u00fccher.example",
                "under_score.example",
                "1.2.3",
                "300.1.1.1",
                "fe80::1%eth0",
                "a/b",
                "*.10.0.0.1",
            })
    void nameThatNoCertificateCanHaveIsRefusedByName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CertificateNames.requireIssuable(name))
                .withMessageContaining("\"" + name + "\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 254})
    void overlongNameIsRefused(int length) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CertificateNames.requireIssuable("a".repeat(length)));
    }
}
