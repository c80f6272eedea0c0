package dev.culvert.certs.load;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes certificates and keys as PEM text (RFC 7468): lines of 64 characters, each ended by a line
 * feed. Stateless. The text of a key is as secret as the key.
 */
public final class PemText {
    private static final int LINE = 64;

    private PemText() {}

    /** One {@code CERTIFICATE} block. */
    public static String certificate(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException broken) {
            throw new IllegalArgumentException("The certificate cannot be encoded.", broken);
        }
    }

    /** One {@code CERTIFICATE} block after the other, in the order given. */
    public static String certificates(List<X509Certificate> certificates) {
        return certificates.stream().map(PemText::certificate).collect(Collectors.joining());
    }

    /**
     * An unencrypted PKCS#8 {@code PRIVATE KEY} block.
     *
     * @throws IllegalArgumentException if the key does not leave the device it lives in
     */
    public static String privateKey(PrivateKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null || !"PKCS#8".equals(key.getFormat())) {
            throw new IllegalArgumentException("The private key cannot be exported as PKCS#8.");
        }
        return block("PRIVATE KEY", encoded);
    }

    private static String block(String type, byte[] content) {
        byte[] newline = "\n".getBytes(StandardCharsets.US_ASCII);
        String body = Base64.getMimeEncoder(LINE, newline).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
