package dev.culvert.front.listen;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that clients have to show, in addition to their password: as {@code
 * clientcert=verify-full} in Postgres' pg_hba.conf.
 *
 * @param domain whose clients: those that connect to it or to a name under it; lower case, without
 *     a dot at the end; null for all
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

    /**
     * Whether the policy is about a host name. A dot at its end, which routing ignores, says
     * nothing here either: else it would be a way around the certificate.
     */
    boolean isAbout(@Nullable String sniHost) {
        if (domain == null) {
            return true;
        }
        if (sniHost == null) {
            return false;
        }
        String lower = sniHost.toLowerCase(Locale.ROOT);
        String host = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        return host.equals(domain) || host.endsWith("." + domain);
    }

    /** The more of a host name it fixes, the more it says. */
    int specificity() {
        return domain == null ? 0 : domain.length();
    }
}
