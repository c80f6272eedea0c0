package dev.culvert.relay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.front.listen.ClientCertificates;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.TlsSettings;
import dev.culvert.front.listen.TlsSettings.Engine;
import dev.culvert.relay.policy.AccessSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelaySettingsTest {
    @TempDir private Path directory;

    @Test
    void client_certificates_for_a_domain_that_is_not_served_are_an_error() {
        assertThatThrownBy(() -> withClientCertificatesFor("tow.test"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "client certificates are for \"tow.test\", which is none of the relay's"
                                + " domains: one.test, two.test");
        assertThatThrownBy(() -> withClientCertificatesFor("Two.test"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(withClientCertificatesFor("two.test").domain()).isEqualTo("one.test");
        assertThat(withClientCertificatesFor("abc.two.test").domain()).isEqualTo("one.test");
    }

    @Test
    void a_drain_that_ends_before_all_agents_were_asked_to_move_is_an_error() {
        Duration minute = Duration.ofMinutes(1);

        assertThatThrownBy(() -> new DrainSettings(minute, minute, Duration.ZERO, minute))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "drain.deadline PT1M comes before all agents were asked to move:"
                                + " drain.delay and drain.spread are PT2M together");
    }

    private RelaySettings withClientCertificatesFor(String domain) {
        ClientCertificates policy =
                new ClientCertificates(
                        domain,
                        List.of(
                                DevelopmentCa.openOrCreate(directory, Clock.systemUTC())
                                        .caCertificate()),
                        true);
        return new RelaySettings(
                List.of("one.test", "two.test"),
                FrontSettings.on("127.0.0.1", 0),
                new TlsSettings(Engine.BEST, List.of(policy)),
                new HttpsSettings("127.0.0.1", 0, null),
                TunnelSettings.DEFAULTS,
                DrainSettings.DEFAULTS,
                AccessSettings.OPEN);
    }
}
