package dev.culvert.front.listen;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ServerCertificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.Mapping;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS context for a host name: its certificate, TLS 1.2 and 1.3, ALPN for direct TLS. */
public final class TlsContexts implements Mapping<String, SslContext> {
    /** The ALPN protocol of Postgres' direct TLS (PostgreSQL documentation, section 54.2.9). */
    public static final String ALPN = "postgresql";

    private final CertificateSet certificates;
    private final Map<ServerCertificate, SslContext> contexts = new ConcurrentHashMap<>();

    /** Contexts over these certificates. */
    public TlsContexts(CertificateSet certificates) {
        this.certificates = certificates;
    }

    @Override
    public SslContext map(@Nullable String sniHost) {
        return contexts.computeIfAbsent(certificates.forName(sniHost), TlsContexts::context);
    }

    private static SslContext context(ServerCertificate certificate) {
        try {
            return SslContextBuilder.forServer(certificate.key(), certificate.chain())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .applicationProtocolConfig(
                            new ApplicationProtocolConfig(
                                    ApplicationProtocolConfig.Protocol.ALPN,
                                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                    ApplicationProtocolConfig.SelectedListenerFailureBehavior
                                            .ACCEPT,
                                    ALPN))
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS with the certificate of " + certificate, e);
        }
    }
}
