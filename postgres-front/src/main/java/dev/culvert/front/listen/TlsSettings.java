package dev.culvert.front.listen;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is done.
 *
 * @param engine whose TLS is used
 * @param clientCertificates which clients have to show certificates; the first that is about a
 *     client's host name counts
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
            // the variant that needs no counting of references: a context that was replaced lives
            // as
            // long as a connection uses it
            return this == BEST && OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        }
    }

    /** Copies the list. */
    public TlsSettings {
        clientCertificates = List.copyOf(clientCertificates);
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
