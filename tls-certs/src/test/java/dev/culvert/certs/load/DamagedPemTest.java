package dev.culvert.certs.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, it loads or it is a CertificateFileException; fixed seeds. */
class DamagedPemTest {
    private static final int ROUNDS = 800;
    private static final char[] PASSPHRASE = "letmein".toCharArray();

    @TempDir static Path directory;

    @BeforeAll
    static void make() {
        OpenSsl openssl = new OpenSsl(directory);
        openssl.run("genrsa -traditional -out rsa.pem 2048");
        openssl.run("ecparam -name prime256v1 -genkey -noout -out ec.pem");
        openssl.run("genpkey -algorithm ED25519 -out ed25519.pem");
        openssl.run("pkcs8 -topk8 -nocrypt -in ec.pem -out pkcs8.pem");
        openssl.run("ec -aes128 -passout pass:letmein -in ec.pem -out traditional.pem");
        openssl.selfSigned("cert");
        openssl.run("x509 -in cert.crt -out cert.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "ed25519", "pkcs8", "traditional", "cert"})
    void changedBytesInsideABlockNeverEscapeAsAnotherException(String name) throws IOException {
        String[] lines = Files.readString(directory.resolve(name + ".pem")).split("\n");
        String head =
                Arrays.stream(lines)
                        .filter(line -> line.startsWith("-----BEGIN") || line.contains(": "))
                        .collect(Collectors.joining("\n"));
        byte[] der =
                Base64.getDecoder()
                        .decode(
                                Arrays.stream(lines)
                                        .filter(it -> !it.contains("-----") && !it.contains(": "))
                                        .collect(Collectors.joining()));
        Random random = new Random(name.hashCode());
        Path file = directory.resolve(name + "-damaged.pem");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = der.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(Math.min(der.length, 200))] = (byte) random.nextInt();
            }
            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(damaged);
            String gap = head.contains(": ") ? "\n\n" : "\n";
            Files.writeString(file, head + gap + body + "\n" + lines[lines.length - 1] + "\n");
            try {
                if (name.equals("cert")) {
                    PemFiles.loadTrustAnchors(file);
                } else {
                    PemFiles.loadPrivateKey(file, PASSPHRASE);
                }
            } catch (CertificateFileException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "traditional", "cert"})
    void changedCharactersAnywhereNeverEscapeAsAnotherException(String name) throws IOException {
        String whole = Files.readString(directory.resolve(name + ".pem"));
        Random random = new Random(name.hashCode());
        Path file = directory.resolve(name + "-scribbled.pem");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder(whole);
            for (int i = random.nextInt(3); i >= 0; i--) {
                text.setCharAt(random.nextInt(text.length()), (char) (10 + random.nextInt(118)));
            }
            Files.writeString(file, text);
            try {
                if (name.equals("cert")) {
                    PemFiles.loadTrustAnchors(file);
                } else {
                    PemFiles.loadPrivateKey(file, PASSPHRASE);
                }
            } catch (CertificateFileException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
