package dev.culvert.wire.scram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.wire.scram.ChannelBinding.TlsServerEndPoint;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelBindingTest {

    @ParameterizedTest
    @CsvSource({
        "rsa-sha256, SHA-256",
        "rsa-sha512, SHA-512",
        "rsa-sha1, SHA-256",
        "rsa-md5, SHA-256",
        "ecdsa-sha384, SHA-384",
        "ecdsa-sha3-256, SHA3-256",
        "pss-sha384, SHA-384"
    })
    void hashesTheCertificateWithTheHashOfItsSignature(String name, String algorithm)
            throws Exception {
        X509Certificate certificate = certificate(name);
        byte[] hash = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());

        ChannelBinding binding = ChannelBinding.tlsServerEndPoint(certificate);

        assertThat(binding).isEqualTo(new TlsServerEndPoint(hash)).hasSameHashCodeAs(binding);
        assertThat(binding.isAvailable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ed448"})
    void hasNoneForASignatureWithoutASingleHash(String name) throws Exception {
        ChannelBinding binding = ChannelBinding.tlsServerEndPoint(certificate(name));

        assertThat(binding).isEqualTo(ChannelBinding.none());
        assertThat(binding.isAvailable()).isFalse();
    }

    private static X509Certificate certificate(String name) throws Exception {
        String resource = "certificates/" + name + ".pem";
        try (InputStream in =
                Objects.requireNonNull(
                        ChannelBindingTest.class.getResourceAsStream(resource), resource)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
