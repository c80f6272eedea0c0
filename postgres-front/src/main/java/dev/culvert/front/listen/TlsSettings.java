package dev.culvert.front.listen;

import static java.util.Comparator.comparingInt;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is done.
 *
 * @param engine whose TLS is used
 * @param clientCertificates which clients have to show certificates; of those that are about a
 *     client's host name, the one with the longest domain counts, and the one for all comes last
 */
public record TlsSettings(Engine engine, List<ClientCertificates> clientCertificates) {
    /** The best engine there is, and no client certificates. */
    public static final TlsSettings DEFAULTS = new TlsSettings(Engine.BEST, List.of());

    /** A TLS implementation. */
    public enum Engine {
        /** OpenSSL's (BoringSSL through netty-tcnative) where it loads, else the JDK's. */
        BEST,
        /** The JDK's. */
        JDK;

        SslProvider provider() {
            // the variant that needs no counting of references: a replaced context lives as long
            // as a connection uses it
            return this == BEST && OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        }
    }

    /** Sorts the list, and checks that no domain is in it twice. */
    public TlsSettings {
        clientCertificates =
                clientCertificates.stream()
                        .sorted(comparingInt(ClientCertificates::specificity).reversed())
                        .toList();
        Set<@Nullable String> domains = new HashSet<>();
        for (ClientCertificates policy : clientCertificates) {
            if (!domains.add(policy.domain())) {
                throw new IllegalArgumentException(
                        "there are two client CA files for "
                                + (policy.domain() == null ? "all domains" : policy.domain())
                                + "; put the CAs into one file");
            }
        }
    }

    /** What is asked of clients that connect to a host name. */
    @Nullable ClientCertificates clientCertificatesFor(@Nullable String sniHost) {
        for (ClientCertificates policy : clientCertificates) {
            if (policy.isAbout(sniHost)) {
                return policy;
            }
        }
        return null;
    }
}
