package dev.culvert.front.listen;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that clients have to show, in addition to their password: as {@code
 * clientcert=verify-full} in Postgres' pg_hba.conf.
 *
 * @param domain whose clients: those that connect to it or to a name under it; null for all
 * @param anchors the CAs that may have issued the certificates
 * @param required whether a client without one is refused during the handshake; otherwise it is let
 *     in with its password alone
 */
public record ClientCertificates(
        @Nullable String domain, List<X509Certificate> anchors, boolean required) {
    /** Copies the list. */
    public ClientCertificates {
        anchors = List.copyOf(anchors);
        if (anchors.isEmpty()) {
            throw new IllegalArgumentException("client certificates without a CA");
        }
    }

    boolean isAbout(@Nullable String sniHost) {
        return domain == null
                || (sniHost != null && (sniHost.equals(domain) || sniHost.endsWith("." + domain)));
    }
}
