package dev.culvert.certs.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.LogCapture;
import dev.culvert.certs.OpenSsl;
import dev.culvert.certs.ServerCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains, tolerance, and the text for each way a file can be unusable. */
class PemFilesTest {
    @TempDir static Path shared;
    @TempDir Path directory;

    /** root signs middle signs leaf; other is on its own. */
    @BeforeAll
    static void makeChain() throws IOException {
        OpenSsl openssl = new OpenSsl(shared);
        openssl.selfSigned("other");
        openssl.selfSigned("root");
        Files.writeString(shared.resolve("ca.ext"), "basicConstraints=critical,CA:TRUE\n");
        Files.writeString(shared.resolve("leaf.ext"), "subjectAltName=DNS:leaf.example\n");
        sign(openssl, "middle", "root", "ca.ext", 30);
        sign(openssl, "leaf", "middle", "leaf.ext", 30);
    }

    private static void sign(
            OpenSsl openssl, String name, String issuer, String extensions, int days) {
        openssl.run("ecparam -name prime256v1 -genkey -noout -out " + name + ".key");
        openssl.run("req -new -key %s.key -subj /CN=%s -out %s.csr".formatted(name, name, name));
        openssl.run(
                "x509 -req -in %s.csr -CA %s.crt -CAkey %s.key -CAcreateserial -days %d -extfile %s -out %s.crt"
                        .formatted(name, issuer, issuer, days, extensions, name));
    }

    @Test
    void chainInAnyOrderIsSortedLeafFirst() throws IOException {
        Path file = write(pem("root.crt") + pem("leaf.crt") + pem("middle.crt"));

        ServerCertificate loaded = PemFiles.load(file, shared.resolve("leaf.key"), null);

        assertThat(subjects(loaded.chain())).containsExactly("CN=leaf", "CN=middle", "CN=root");
    }

    @Test
    void certificateOutsideTheChainGoesLast() throws IOException {
        Path file = write(pem("other.crt") + pem("middle.crt") + pem("leaf.crt"));

        ServerCertificate loaded = PemFiles.load(file, shared.resolve("leaf.key"), null);

        assertThat(subjects(loaded.chain())).containsExactly("CN=leaf", "CN=middle", "CN=other");
    }

    @Test
    void chainAndKeyMayShareOneFile() throws IOException {
        Path file = write(pem("leaf.key") + pem("leaf.crt") + pem("middle.crt"));

        ServerCertificate loaded = PemFiles.load(file, file, null);

        assertThat(loaded.chain()).hasSize(2);
    }

    @Test
    void windowsLineEndsByteOrderMarkAndTextAroundAreTolerated() throws IOException {
        String text = new OpenSsl(shared).run("x509 -in leaf.crt -text") + "trailing words\n";
        Path chain = write("\uFEFF" + text.replace("\n", "\r\n"));
        Path key = directory.resolve("bom.key");
        Files.writeString(key, "\uFEFF" + pem("leaf.key").replace("\n", "\r\n"));

        ServerCertificate loaded = PemFiles.load(chain, key, null);

        assertThat(text).startsWith("Certificate:");
        assertThat(subjects(loaded.chain())).containsExactly("CN=leaf");
    }

    @Test
    void keyOfAnotherCertificateIsRefusedNamingBothFiles() {
        CertificateFileException thrown =
                failure(shared.resolve("leaf.crt"), shared.resolve("other.key"));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.KEY_MISMATCH);
        assertThat(thrown)
                .hasMessageContaining("other.key")
                .hasMessageContaining("leaf.crt")
                .hasMessageContaining("CN=leaf");
    }

    @Test
    void fileWithoutCertificateSaysWhatWasExpected() throws IOException {
        CertificateFileException thrown =
                failure(write("Dear diary\n"), shared.resolve("leaf.key"));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.NO_CERTIFICATE);
        assertThat(thrown).hasMessageContaining("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void fileWithoutKeySaysWhatWasExpected() {
        CertificateFileException thrown =
                failure(shared.resolve("leaf.crt"), shared.resolve("leaf.crt"));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.NO_KEY);
        assertThat(thrown).hasMessageContaining("-----BEGIN PRIVATE KEY-----");
    }

    @Test
    void binaryFileGetsTheCommandThatConvertsIt() {
        new OpenSsl(shared).run("x509 -in leaf.crt -outform der -out leaf.der");

        CertificateFileException thrown =
                failure(shared.resolve("leaf.der"), shared.resolve("leaf.key"));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.NO_CERTIFICATE);
        assertThat(thrown).hasMessageContaining("openssl x509 -inform der");
    }

    @Test
    void absentFileAndDirectoryAreToldApart() {
        assertThat(failure(directory.resolve("no.crt"), directory).problem())
                .isEqualTo(CertificateProblem.NOT_FOUND);
        assertThat(failure(directory, directory).problem())
                .isEqualTo(CertificateProblem.NOT_ACCESSIBLE);
    }

    @Test
    void emptyAndCutOffFilesAreIncomplete() throws IOException {
        String whole = pem("leaf.crt");

        for (int length : new int[] {0, 5, 16, 40, whole.length() / 2, whole.length() - 10}) {
            Path cut = write(whole.substring(0, length));
            assertThat(failure(cut, shared.resolve("leaf.key")).problem())
                    .as("%d characters", length)
                    .isEqualTo(CertificateProblem.INCOMPLETE);
        }
    }

    @Test
    void damagedBlocksAreMalformed() throws IOException {
        String nonsense = "-----BEGIN %s-----\nbm9uc2Vuc2U=\n-----END %s-----\n";
        for (String type : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")) {
            Path key = write(nonsense.formatted(type, type));
            assertThat(failure(shared.resolve("leaf.crt"), key).problem())
                    .as(type)
                    .isEqualTo(CertificateProblem.MALFORMED);
        }
        Path certificate = write(nonsense.formatted("CERTIFICATE", "CERTIFICATE"));
        assertThat(failure(certificate, shared.resolve("leaf.key")).problem())
                .isEqualTo(CertificateProblem.MALFORMED);
        Path notBase64 = write(nonsense.replace("bm9u", "b*9u").replace("%s", "CERTIFICATE"));
        assertThat(failure(notBase64, shared.resolve("leaf.key")).problem())
                .isEqualTo(CertificateProblem.MALFORMED);
    }

    @Test
    void encryptedBlockWithNonsenseInsideIsRefused() throws IOException {
        String nonsense =
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END ENCRYPTED PRIVATE"
                        + " KEY-----\n";
        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class,
                        () -> PemFiles.loadPrivateKey(write(nonsense), "x".toCharArray()));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.MALFORMED);
    }

    @Test
    void opensshKeyGetsTheCommandThatConvertsIt() throws IOException {
        String type = "OPENSSH PRIVATE KEY";
        Path key =
                write("-----BEGIN " + type + "-----\nbm9uc2Vuc2U=\n-----END " + type + "-----\n");

        CertificateFileException thrown = failure(shared.resolve("leaf.crt"), key);

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.UNSUPPORTED);
        assertThat(thrown).hasMessageContaining("ssh-keygen");
    }

    @Test
    void fileOverOneMebibyteIsRefused() throws IOException {
        Path atLimit =
                write(
                        "#".repeat((1 << 20) - pem("leaf.crt").length() - 1)
                                + "\n"
                                + pem("leaf.crt"));
        assertThat(PemFiles.loadTrustAnchors(atLimit)).hasSize(1);

        Path over = write("#".repeat((1 << 20) + 1));
        assertThat(failure(over, shared.resolve("leaf.key")).problem())
                .isEqualTo(CertificateProblem.TOO_LARGE);
    }

    @Test
    void expiredCertificateLoadsWithOneWarning() {
        OpenSsl openssl = new OpenSsl(shared);
        sign(openssl, "late", "root", "leaf.ext", -1);

        try (LogCapture log = new LogCapture(PemFiles.class)) {
            ServerCertificate loaded =
                    PemFiles.load(shared.resolve("late.crt"), shared.resolve("late.key"), null);

            assertThat(subjects(loaded.chain())).containsExactly("CN=late");
            assertThat(log.count(Level.WARN)).isEqualTo(1);
        }
    }

    @Test
    void trustAnchorsAreAllCertificatesOfTheFileInItsOrder() throws IOException {
        Path file = write(pem("root.crt") + pem("leaf.key") + pem("other.crt"));

        assertThat(subjects(PemFiles.loadTrustAnchors(file)))
                .containsExactly("CN=root", "CN=other");
    }

    @Test
    void writtenTextIsReadBackByOpensslAndByUs() throws IOException {
        ServerCertificate loaded =
                PemFiles.load(shared.resolve("leaf.crt"), shared.resolve("leaf.key"), null);
        Path chain = write(PemText.certificates(List.of(loaded.leaf(), loaded.leaf())));
        Path key = directory.resolve("written.key");
        Files.writeString(key, PemText.privateKey(loaded.key()));

        assertThat(new OpenSsl(directory).run("x509 -noout -subject -in " + chain))
                .contains("CN = leaf");
        assertThat(new OpenSsl(directory).run("pkey -noout -check -in written.key"))
                .contains("Key is valid");
        assertThat(Files.readString(key, StandardCharsets.US_ASCII).lines())
                .allMatch(line -> line.length() <= 64);
        assertThat(PemFiles.load(chain, key, null).leaf()).isEqualTo(loaded.leaf());
    }

    @Test
    void noSecurityProviderIsLeftBehind() {
        assertThat(Security.getProvider("BC")).isNull();
    }

    @Test
    void filesAsTextDoNotShowThePassphrase() {
        CertificateFiles files =
                CertificateFiles.of(Path.of("a.crt"), Path.of("a.key"), "letmein".toCharArray());

        assertThat(files).hasToString("CertificateFiles[chain=a.crt, key=a.key]");
    }

    private CertificateFileException failure(Path chain, Path key) {
        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class, () -> PemFiles.load(chain, key, null));
        assertThat(thrown).isNotNull().hasMessageStartingWith(thrown.file() + ": ");
        return thrown;
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "made", ".pem"), text);
    }

    private static String pem(String file) throws IOException {
        return Files.readString(shared.resolve(file));
    }

    private static List<String> subjects(List<X509Certificate> certificates) {
        return certificates.stream().map(it -> it.getSubjectX500Principal().getName()).toList();
    }
}
