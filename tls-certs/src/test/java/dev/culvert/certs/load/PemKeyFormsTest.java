package dev.culvert.certs.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.OpenSsl;
import dev.culvert.certs.ServerCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of key file that OpenSSL writes. */
class PemKeyFormsTest {
    private static final String SECRET = "open sesame \u00a7";

    @TempDir static Path directory;

    @BeforeAll
    static void makeKeys() {
        OpenSsl openssl = new OpenSsl(directory);
        openssl.run("genrsa -out rsa.key 2048");
        openssl.run("ecparam -name prime256v1 -genkey -out ec.key");
        openssl.run("ecparam -name secp384r1 -genkey -noout -out p384.key");
        openssl.run("genpkey -algorithm ED25519 -out ed25519.key");
        openssl.run("genpkey -algorithm ED448 -out ed448.key");
        openssl.run("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key");
        for (String name : new String[] {"rsa", "ec", "p384", "ed25519", "ed448", "pss"}) {
            openssl.certify(name, "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, rsa -traditional, BEGIN RSA PRIVATE KEY",
        "rsa, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
        "ec, ec, BEGIN EC PRIVATE KEY",
        "ec, pkcs8 -topk8 -nocrypt, BEGIN PRIVATE KEY",
        "p384, ec, BEGIN EC PRIVATE KEY",
        "ed25519, pkey, BEGIN PRIVATE KEY",
        "ed448, pkey, BEGIN PRIVATE KEY",
        "pss, pkey, BEGIN PRIVATE KEY",
    })
    void plainKeyLoads(String name, String conversion, String header) throws IOException {
        Path key = convert(name, conversion);

        ServerCertificate loaded = PemFiles.load(certificate(name), key, null);

        assertThat(Files.readString(key)).contains(header);
        assertThat(loaded.names()).containsExactly(name + ".example");
    }

    @Test
    void ecKeyBehindItsParametersBlockLoads() throws IOException {
        assertThat(Files.readString(directory.resolve("ec.key")))
                .startsWith("-----BEGIN EC PARAMETERS-----");

        ServerCertificate loaded =
                PemFiles.load(certificate("ec"), directory.resolve("ec.key"), null);

        assertThat(loaded.names()).containsExactly("ec.example");
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, rsa -traditional -aes256, DEK-Info: AES-256-CBC",
        "rsa, rsa -traditional -aes128, DEK-Info: AES-128-CBC",
        "rsa, rsa -traditional -des3, DEK-Info: DES-EDE3-CBC",
        "ec, ec -aes256, DEK-Info: AES-256-CBC",
        "rsa, pkcs8 -topk8, BEGIN ENCRYPTED PRIVATE KEY",
        "ec, pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1, BEGIN ENCRYPTED PRIVATE KEY",
        "ec, pkcs8 -topk8 -v2 des3, BEGIN ENCRYPTED PRIVATE KEY",
        "ec, pkcs8 -topk8 -scrypt, BEGIN ENCRYPTED PRIVATE KEY",
        "ec, pkcs8 -topk8 -v1 PBE-SHA1-3DES, BEGIN ENCRYPTED PRIVATE KEY",
        "ed25519, pkcs8 -topk8, BEGIN ENCRYPTED PRIVATE KEY",
    })
    void encryptedKeyLoadsWithItsPassphraseOnly(String name, String conversion, String header)
            throws IOException {
        Path key = convert(name, conversion + " -passout pass:letmein");
        char[] passphrase = "letmein".toCharArray();

        ServerCertificate loaded = PemFiles.load(certificate(name), key, passphrase);

        assertThat(Files.readString(key)).contains(header);
        assertThat(loaded.names()).containsExactly(name + ".example");
        assertThat(passphrase).containsExactly("letmein".toCharArray());
        assertThat(problem(name, key, "wrong")).isEqualTo(CertificateProblem.PASSPHRASE_WRONG);
        assertThat(problem(name, key, "")).isEqualTo(CertificateProblem.PASSPHRASE_WRONG);
        assertThat(problem(name, key, null)).isEqualTo(CertificateProblem.PASSPHRASE_MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs8 -topk8", "ec -aes256"})
    void passphraseOutsideAsciiIsTakenAsUtf8(String conversion) throws IOException {
        Files.writeString(directory.resolve("secret.txt"), SECRET + "\n");
        Path key = convert("ec", conversion + " -passout file:secret.txt");

        ServerCertificate loaded = PemFiles.load(certificate("ec"), key, SECRET.toCharArray());

        assertThat(loaded.names()).containsExactly("ec.example");
    }

    @Test
    void rareCipherIsNotMistakenForWrongPassphrase() {
        Path key = convert("ec", "pkcs8 -topk8 -v2 aria-256-cbc -passout pass:letmein");

        assertThat(problem("ec", key, "letmein")).isEqualTo(CertificateProblem.UNSUPPORTED);
    }

    @Test
    void passphraseForPlainKeyIsIgnored() {
        ServerCertificate loaded =
                PemFiles.load(
                        certificate("rsa"), directory.resolve("rsa.key"), "unneeded".toCharArray());

        assertThat(loaded.names()).containsExactly("rsa.example");
    }

    @ParameterizedTest
    @CsvSource({
        "secp256k1 -name secp256k1 -noout, its elliptic curve is not supported",
        "explicit -name prime256v1 -param_enc explicit -noout, its elliptic curve is not supported",
    })
    void curveThatTheJdkDoesNotHaveIsNamedAsTheTrouble(String arguments, String text) {
        String file = arguments.substring(0, arguments.indexOf(' ')) + ".key";
        new OpenSsl(directory)
                .run("ecparam -genkey -out " + file + arguments.substring(arguments.indexOf(' ')));

        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class,
                        () -> PemFiles.loadPrivateKey(directory.resolve(file), null));

        assertThat(thrown).hasMessageContaining(file).hasMessageContaining(text);
        assertThat(thrown.problem()).isEqualTo(CertificateProblem.UNSUPPORTED);
    }

    @Test
    void keyThatCannotSignIsUnsupported() {
        OpenSsl openssl = new OpenSsl(directory);
        openssl.run("genpkey -algorithm X25519 -out x25519.key");

        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class,
                        () -> PemFiles.loadPrivateKey(directory.resolve("x25519.key"), null));

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.UNSUPPORTED);
        assertThat(thrown).hasMessageContaining("neither RSA, nor EC");
    }

    private static CertificateProblem problem(String name, Path key, @Nullable String passphrase) {
        CertificateFileException thrown =
                catchThrowableOfType(
                        CertificateFileException.class,
                        () ->
                                PemFiles.load(
                                        certificate(name),
                                        key,
                                        passphrase == null ? null : passphrase.toCharArray()));
        assertThat(thrown.file()).isEqualTo(key);
        assertThat(thrown).hasMessageStartingWith(key.toString());
        return thrown.problem();
    }

    private static Path convert(String name, String conversion) {
        String out = name + "-" + Integer.toHexString(conversion.hashCode()) + ".key";
        new OpenSsl(directory).run(conversion + " -in " + name + ".key -out " + out);
        return directory.resolve(out);
    }

    private static Path certificate(String name) {
        return directory.resolve(name + ".crt");
    }
}
