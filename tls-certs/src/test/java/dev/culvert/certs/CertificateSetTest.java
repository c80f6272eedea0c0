package dev.culvert.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.certs.issue.DevelopmentCa;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateSetTest {
    private static ServerCertificate first;
    private static ServerCertificate exact;
    private static ServerCertificate wildcard;
    private static ServerCertificate second;

    @BeforeAll
    static void issue(@TempDir Path directory) {
        DevelopmentCa ca = DevelopmentCa.openOrCreate(directory, Clock.systemUTC());
        first = issue(ca, "first.example", "10.1.2.3");
        exact = issue(ca, "one.relay.example");
        wildcard = issue(ca, "relay.example", "*.relay.example");
        second = issue(ca, "*.relay.example");
    }

    private static ServerCertificate issue(DevelopmentCa ca, String... names) {
        return ca.serverCertificate(new LinkedHashSet<>(List.of(names)));
    }

    private static CertificateSet set() {
        return CertificateSet.of(List.of(first, wildcard, exact, second));
    }

    @Test
    void exactNameWinsOverWildcard() {
        assertThat(set().forName("one.relay.example")).isSameAs(exact);
        assertThat(set().forName("ONE.relay.example.")).isSameAs(exact);
    }

    @Test
    void wildcardCoversOneLabelAndTheEarlierCertificateWins() {
        assertThat(set().forName("two.relay.example")).isSameAs(wildcard);
        assertThat(set().forName("relay.example")).isSameAs(wildcard);
        assertThat(set().match("a.b.relay.example")).isEmpty();
    }

    @Test
    void defaultIsTheFirstForNoNameAndForUnknownNames() {
        assertThat(set().forName(null)).isSameAs(first);
        assertThat(set().forName("elsewhere.example")).isSameAs(first);
        assertThat(set().forName("10.1.2.3")).isSameAs(first);
    }

    @Test
    void nonsenseMatchesNothing() {
        for (String sni : List.of("", ".", "..", "*", "*.relay.example", ".relay.example", "\0")) {
            assertThat(set().match(sni)).as(sni).isEmpty();
        }
    }

    @Test
    void emptySetIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> CertificateSet.of(List.of()));
    }

    @Test
    void keyOfAnotherCertificateIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServerCertificate(exact.chain(), first.key()))
                .withMessageContaining("CN=one.relay.example");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServerCertificate(List.of(), first.key()));
    }

    @Test
    void textShowsNamesAndNeverTheKey() {
        String key = Base64.getEncoder().encodeToString(first.key().getEncoded());

        assertThat(first.toString()).contains("first.example").contains("10.1.2.3");
        assertThat(first.toString() + set()).doesNotContain(key).doesNotContain("PrivateKey");
    }
}
