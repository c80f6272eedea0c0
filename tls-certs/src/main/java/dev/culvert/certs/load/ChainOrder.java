package dev.culvert.certs.load;

import dev.culvert.certs.ServerCertificate;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings certificates into the order TLS wants (RFC 8446 section 4.4.2): the leaf, then each
 * issuer. Files come in any order, since tools and people concatenate them as they like.
 */
final class ChainOrder {
    private ChainOrder() {}

    /**
     * The same certificates, sorted: first the one that the key belongs to, then its issuers as far
     * as they are there, then whatever has no place in the chain, as it came (some of it may be a
     * second path that a client needs). Empty if the key belongs to none of them.
     */
    static Optional<List<X509Certificate>> leafFirst(
            List<X509Certificate> certificates, PrivateKey key) {
        List<X509Certificate> rest = new ArrayList<>(certificates);
        Optional<X509Certificate> leaf =
                rest.stream().filter(it -> ServerCertificate.keyBelongsTo(it, key)).findFirst();
        if (leaf.isEmpty()) {
            return Optional.empty();
        }
        List<X509Certificate> chain = new ArrayList<>();
        X509Certificate next = leaf.get();
        while (next != null) {
            chain.add(next);
            rest.remove(next);
            next = issuerOf(next, rest);
        }
        chain.addAll(rest);
        return Optional.of(chain);
    }

    private static @Nullable X509Certificate issuerOf(
            X509Certificate certificate, List<X509Certificate> candidates) {
        for (X509Certificate candidate : candidates) {
            if (candidate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                    && signed(candidate, certificate)) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean signed(X509Certificate issuer, X509Certificate certificate) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException otherIssuer) {
            return false;
        }
    }
}
