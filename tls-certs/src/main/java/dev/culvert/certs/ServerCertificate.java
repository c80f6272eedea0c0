package dev.culvert.certs;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.SequencedSet;

/**
 * A certificate chain, leaf first, with the private key of the leaf. Immutable and safe to share
 * between threads. The key is live: whoever holds this value can act as the server.
 *
 * @param chain leaf first, at least one certificate; copied
 * @param key the leaf's private key; kept, not copied
 */
public record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {
    /**
     * Checks that the key belongs to the leaf.
     *
     * @throws IllegalArgumentException if the chain is empty or the key is another one's
     */
    public ServerCertificate {
        chain = List.copyOf(chain);
        requirePair(chain, key);
    }

    /** The server's own certificate. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** The DNS names and IP addresses that the leaf is for, normalized, wildcards included. */
    public SequencedSet<String> names() {
        return CertificateNames.of(leaf());
    }

    /** Whether one of the {@link #names()} covers the host. */
    public boolean covers(String hostName) {
        return names().stream().anyMatch(name -> CertificateNames.covers(name, hostName));
    }

    /** The last moment at which the leaf is valid. */
    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** Names and expiry; never the key. */
    @Override
    public String toString() {
        return "ServerCertificate[names=" + names() + ", notAfter=" + notAfter() + "]";
    }

    /** Whether a private key is the one that a certificate's public key belongs to. */
    public static boolean keyBelongsTo(X509Certificate certificate, PrivateKey key) {
        return KeyMatch.matches(certificate.getPublicKey(), key);
    }

    static void requirePair(List<X509Certificate> chain, PrivateKey key) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("A certificate chain needs at least its leaf.");
        }
        if (!keyBelongsTo(chain.getFirst(), key)) {
            throw new IllegalArgumentException(
                    "The private key does not belong to the certificate of "
                            + chain.getFirst().getSubjectX500Principal()
                            + ".");
        }
    }
}
