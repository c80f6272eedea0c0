package dev.culvert.certs;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client shows to prove who it is: a chain, leaf first, with the leaf's key. Immutable and
 * safe to share between threads.
 *
 * @param chain leaf first, at least one certificate; copied
 * @param key the leaf's private key; kept, not copied
 */
public record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    /**
     * Checks that the key belongs to the leaf.
     *
     * @throws IllegalArgumentException if the chain is empty or the key is another one's
     */
    public ClientCertificate {
        chain = List.copyOf(chain);
        ServerCertificate.requirePair(chain, key);
    }

    /** The client's own certificate. */
    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** Subject and expiry; never the key. */
    @Override
    public String toString() {
        return "ClientCertificate[subject="
                + leaf().getSubjectX500Principal()
                + ", notAfter="
                + leaf().getNotAfter().toInstant()
                + "]";
    }
}
