package dev.culvert.certs.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.ClientCertificate;
import dev.culvert.certs.MutableClock;
import dev.culvert.certs.OpenSsl;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.TlsLoopback;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.certs.load.PemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the development CA issues, and when it issues anew. */
class IssuedCertificateTest {
    private static final SequencedSet<String> NAMES =
            names("culvert.localhost", "*.culvert.localhost", "localhost", "127.0.0.1", "::1");

    @TempDir Path directory;
    private final MutableClock clock = new MutableClock();

    @BeforeEach
    void makeDirectoryPrivate() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    static SequencedSet<String> names(String... names) {
        return new LinkedHashSet<>(List.of(names));
    }

    @Test
    void issuedCertificateHasTheProfileOfAServer() {
        ServerCertificate issued = open().serverCertificate(NAMES);

        OpenSsl openssl = new OpenSsl(directory);
        assertThat(openssl.run("x509 -noout -text -in server.crt"))
                .contains(
                        "DNS:culvert.localhost, DNS:*.culvert.localhost, DNS:localhost, IP"
                                + " Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1")
                .contains("TLS Web Server Authentication")
                .contains("CA:FALSE")
                .contains("Authority Key Identifier", "Subject Key Identifier");
        assertThat(openssl.run("verify -x509_strict -CAfile ca.crt -purpose sslserver server.crt"))
                .contains("server.crt: OK");
        assertThat(
                        openssl.run(
                                "verify -CAfile ca.crt -verify_hostname tab.culvert.localhost"
                                        + " server.crt"))
                .contains("server.crt: OK");
        assertThat(openssl.run("verify -CAfile ca.crt -verify_ip ::1 server.crt"))
                .contains("server.crt: OK");
        assertThat(issued.names()).containsExactlyElementsOf(NAMES);
    }

    @Test
    void lifeIsWithinWhatClientsAcceptAndSerialNumbersAreLongAndRandom() {
        DevelopmentCa ca = open();
        ServerCertificate one = ca.serverCertificate(NAMES);
        ServerCertificate two = ca.renew();

        assertThat(
                        Duration.between(
                                one.leaf().getNotBefore().toInstant(),
                                one.leaf().getNotAfter().toInstant()))
                .isLessThan(Duration.ofDays(397));
        assertThat(one.leaf().getSerialNumber().bitLength()).isEqualTo(128);
        assertThat(one.leaf().getSerialNumber()).isNotEqualTo(two.leaf().getSerialNumber());
    }

    @Test
    void clientThatTrustsOnlyTheCaAcceptsWildcardNameAndAddress() throws Exception {
        DevelopmentCa ca = open();
        ServerCertificate issued = ca.serverCertificate(NAMES);

        for (String host : List.of("abc123.culvert.localhost", "localhost", "127.0.0.1", "::1")) {
            assertThat(TlsLoopback.handshake(issued, ca.caCertificate(), host))
                    .containsExactly(issued.leaf());
        }
    }

    @Test
    void clientRefusesNameThatIsNotCovered() {
        DevelopmentCa ca = open();
        ServerCertificate issued = ca.serverCertificate(NAMES);

        assertThatThrownBy(() ->
                        TlsLoopback.handshake(issued, ca.caCertificate(), "a.b.culvert.localhost"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void clientCertificateOpensAServerThatDemandsOne() throws Exception {
        DevelopmentCa ca = open();
        ClientCertificate client = ca.clientCertificate("ada");
        Files.writeString(directory.resolve("client.crt"), PemText.certificates(client.chain()));

        assertThat(
                        new OpenSsl(directory)
                                .run("verify -CAfile ca.crt -purpose sslclient client.crt"))
                .contains("client.crt: OK");
        assertThat(client).hasToString(client.toString()).asString().contains("CN=ada");
        assertThat(
                        TlsLoopback.handshake(
                                ca.serverCertificate(NAMES),
                                ca.caCertificate(),
                                "localhost",
                                client))
                .isNotEmpty();
    }

    @Test
    void storedCertificateIsReusedWhileItServes() {
        ServerCertificate first = open().serverCertificate(NAMES);

        assertThat(open().serverCertificate(NAMES).leaf()).isEqualTo(first.leaf());
        assertThat(open().serverCertificate(names("LOCALHOST.", "tab.culvert.localhost")).leaf())
                .isEqualTo(first.leaf());
        clock.advance(Duration.ofDays(366));
        assertThat(open().serverCertificate(NAMES).leaf()).isEqualTo(first.leaf());
        assertThat(PemFiles.load(server("crt"), server("key"), null).leaf())
                .isEqualTo(first.leaf());
    }

    @Test
    void certificateWithLessThanThirtyDaysLeftIsReplaced() {
        ServerCertificate first = open().serverCertificate(NAMES);
        clock.advance(Duration.ofDays(367));

        ServerCertificate second = open().serverCertificate(NAMES);

        assertThat(second.leaf()).isNotEqualTo(first.leaf());
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(second.notAfter()).isAfter(first.notAfter());
    }

    @Test
    void namesThatAreNotCoveredAreIssuedAnew() {
        ServerCertificate first = open().serverCertificate(names("*.culvert.localhost"));

        ServerCertificate second =
                open().serverCertificate(names("*.culvert.localhost", "culvert.localhost"));
        ServerCertificate third = open().serverCertificate(names("*.tab.culvert.localhost"));

        assertThat(second.leaf()).isNotEqualTo(first.leaf());
        assertThat(third.leaf()).isNotEqualTo(second.leaf());
    }

    @Test
    void certificateOfAnEarlierCaIsReplaced() throws IOException {
        ServerCertificate first = open().serverCertificate(NAMES);
        Files.delete(directory.resolve("ca.crt"));
        Files.delete(directory.resolve("ca.key"));

        ServerCertificate second = open().serverCertificate(NAMES);

        assertThat(second.leaf()).isNotEqualTo(first.leaf());
        assertThat(new OpenSsl(directory).run("verify -CAfile ca.crt server.crt")).contains("OK");
    }

    @Test
    void unusableStoredCertificateIsReplaced() throws IOException {
        ServerCertificate first = open().serverCertificate(NAMES);
        Files.writeString(server("crt"), "scribble");

        assertThat(open().serverCertificate(NAMES).leaf()).isNotEqualTo(first.leaf());
        assertThat(Files.readString(server("crt"))).startsWith("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void storedKeyThatOthersCanReadIsRefused() throws IOException {
        open().serverCertificate(NAMES);
        Files.setPosixFilePermissions(server("key"), PosixFilePermissions.fromString("rw-r--r--"));

        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class, () -> open().serverCertificate(NAMES));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.TOO_OPEN);
        assertThat(thrown).hasMessageEndingWith("chmod 600 " + server("key"));
    }

    @Test
    void renewalKeepsTheNamesAndChangesTheKey() {
        DevelopmentCa ca = open();
        ServerCertificate first = ca.serverCertificate(NAMES);

        ServerCertificate second = ca.renew();

        assertThat(second.names()).isEqualTo(first.names());
        assertThat(second.key()).isNotEqualTo(first.key());
        assertThat(open().serverCertificate(NAMES).leaf()).isEqualTo(second.leaf());
    }

    @Test
    void renewalWithNothingToRenewSaysSo() {
        CertificateFileException thrown =
                catchThrowableOfType(CertificateFileException.class, () -> open().renew());

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.NOT_FOUND);
        assertThat(thrown.file()).isEqualTo(server("crt"));
    }

    @Test
    void certificateDoesNotOutliveTheCaAndIsThenReusedToTheEnd() {
        open();
        clock.advance(Duration.ofDays(3650 - 20));
        DevelopmentCa ca = open();

        ServerCertificate issued = ca.serverCertificate(NAMES);

        assertThat(issued.notAfter()).isEqualTo(ca.caCertificate().getNotAfter().toInstant());
        assertThat(open().serverCertificate(NAMES).leaf()).isEqualTo(issued.leaf());
    }

    @Test
    void noNamesAndImpossibleNamesAreRefused() {
        DevelopmentCa ca = open();

        assertThatIllegalArgumentException().isThrownBy(() -> ca.serverCertificate(names()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ca.serverCertificate(names("localhost", "a_b.example")))
                .withMessageContaining("a_b.example");
    }

    private DevelopmentCa open() {
        return DevelopmentCa.openOrCreate(directory, clock);
    }

    private Path server(String extension) {
        return directory.resolve("server." + extension);
    }
}
