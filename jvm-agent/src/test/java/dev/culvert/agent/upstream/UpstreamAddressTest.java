package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a URL says. */
class UpstreamAddressTest {
    @Test
    void a_url_says_all() {
        UpstreamAddress address =
                UpstreamAddress.parse(
                        "postgresql://me%40home:s%2Fe+c@db.example:6543/my%20data"
                                + "?sslmode=verify-ca&sslrootcert=/etc/ca.pem");
        assertThat(address.host()).isEqualTo("db.example");
        assertThat(address.port()).isEqualTo(6543);
        assertThat(address.user()).isEqualTo("me@home");
        assertThat(address.password()).contains("s/e+c");
        assertThat(address.database()).isEqualTo("my data");
        assertThat(address.sslMode()).isEqualTo(SslMode.VERIFY_CA);
        assertThat(address.rootCertificate()).contains(Path.of("/etc/ca.pem"));
        assertThat(address.verifies()).isTrue();
        assertThat(address).asString().doesNotContain("s/e+c");
    }

    @Test
    void what_it_does_not_say_is_as_libpq_has_it() {
        UpstreamAddress address = UpstreamAddress.parse("postgres://me@[::1]");
        assertThat(address.host()).isEqualTo("::1");
        assertThat(address.port()).isEqualTo(5432);
        assertThat(address.password()).isEmpty();
        assertThat(address.database()).isEqualTo("me");
        assertThat(address.sslMode()).isEqualTo(SslMode.PREFER);
        assertThat(address.isLoopback()).isTrue();
        assertThat(address.withPassword("secret").password()).contains("secret");
    }

    @Test
    void parameters_count_as_parts_of_the_url_do() {
        UpstreamAddress address =
                UpstreamAddress.parse(
                        "postgresql:///db?host=%2Frun%2Fpg&port=6543&user=me&password=s%26e");
        assertThat(address.socket()).contains(Path.of("/run/pg/.s.PGSQL.6543"));
        assertThat(address.user()).isEqualTo("me");
        assertThat(address.password()).contains("s&e");
        assertThat(address.database()).isEqualTo("db");
        assertThat(address.isLoopback()).isTrue();
        assertThat(address).asString().doesNotContain("s&e").contains("host=/run/pg");
        assertThat(UpstreamAddress.parse("postgres://db").user())
                .isEqualTo(System.getProperty("user.name"));
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "127.0.0.9, true",
        "10.0.0.1, false",
        "localhost.evil.example, false"
    })
    void only_this_machine_is_the_loopback(String host, boolean expected) {
        assertThat(UpstreamAddress.parse("postgres://me@" + host).isLoopback()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "http://me:secret@db, no postgres://",
        "postgres:///db, names no host",
        "postgres://me:secret@db/x?sslmode=maybe, sslmode",
        "postgres://me:secret@db/x?hostaddr=1.2.3.4, unknown parameters: [hostaddr]",
        "postgres://me:secret@d b, no URL that can be read"
    })
    void what_cannot_be_meant_is_refused_without_the_password(String url, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UpstreamAddress.parse(url))
                .withMessageContaining(text)
                .satisfies(e -> {
                    for (Throwable at = e; at != null; at = at.getCause()) {
                        assertThat(at).hasMessageNotContaining("secret");
                    }
                });
    }
}
