package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.TlsSettings.Engine;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which clients are asked for certificates. */
class TlsSettingsTest {
    @TempDir private static Path directory;

    private static X509Certificate ca;

    @BeforeAll
    static void makeCa() {
        ca = DevelopmentCa.openOrCreate(directory, Clock.systemUTC()).caCertificate();
    }

    @Test
    void the_longest_domain_counts_in_whatever_order_they_are_given() {
        ClientCertificates all = policy(null);
        ClientCertificates one = policy("one.test");
        ClientCertificates inner = policy("inner.one.test");

        for (List<ClientCertificates> order :
                List.of(List.of(all, one, inner), List.of(inner, one, all))) {
            TlsSettings settings = new TlsSettings(Engine.BEST, order);

            assertThat(settings.clientCertificatesFor("a.inner.one.test")).isSameAs(inner);
            assertThat(settings.clientCertificatesFor("a.one.test")).isSameAs(one);
            assertThat(settings.clientCertificatesFor("one.test")).isSameAs(one);
            assertThat(settings.clientCertificatesFor("a.two.test")).isSameAs(all);
            assertThat(settings.clientCertificatesFor(null)).isSameAs(all);
        }
    }

    @Test
    void a_name_written_in_another_way_is_the_same_name() {
        ClientCertificates one = policy("one.test");
        TlsSettings settings = new TlsSettings(Engine.BEST, List.of(one));

        assertThat(settings.clientCertificatesFor("a.one.test.")).isSameAs(one);
        assertThat(settings.clientCertificatesFor("A.One.TEST")).isSameAs(one);
        assertThat(settings.clientCertificatesFor("one.test.")).isSameAs(one);
        assertThat(settings.clientCertificatesFor("aone.test")).isNull();
    }

    @Test
    void two_files_for_one_domain_are_an_error() {
        assertThatThrownBy(() ->
                        new TlsSettings(
                                Engine.BEST, List.of(policy("one.test"), policy("one.test"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two client CA files for one.test");
        assertThatThrownBy(() -> new TlsSettings(Engine.BEST, List.of(policy(null), policy(null))))
                .hasMessageContaining("two client CA files for all domains");
    }

    private static ClientCertificates policy(@Nullable String domain) {
        return new ClientCertificates(domain, List.of(ca), true);
    }
}
