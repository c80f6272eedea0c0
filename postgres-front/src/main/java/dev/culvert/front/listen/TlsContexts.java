package dev.culvert.front.listen;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ServerCertificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.Mapping;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS context for a host name: its certificate, TLS 1.2 and 1.3, ALPN for direct TLS, client
 * certificates where they are asked for.
 *
 * <p>{@link #replace} takes new certificates into use for connections that come after; those that
 * are open keep the context they have. Thread-safe.
 */
public final class TlsContexts implements Mapping<String, SslContext> {
    /** The ALPN protocol of Postgres' direct TLS (PostgreSQL documentation, section 54.2.9). */
    public static final String ALPN = "postgresql";

    /**
     * System property of the JDK's TLS: whether clients' wish to renegotiate ends the connection.
     */
    private static final String JDK_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    /** TLS 1.3's, and of TLS 1.2 those with forward secrecy and authenticated encryption. */
    private static final List<String> CIPHERS =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static {
        // read once, when the JDK's TLS is first used; OpenSSL's never lets clients renegotiate
        if (System.getProperty(JDK_RENEGOTIATION) == null) {
            System.setProperty(JDK_RENEGOTIATION, "true");
        }
    }

    private record Key(ServerCertificate certificate, @Nullable ClientCertificates clients) {}

    /** Contexts that were made of one set of certificates. */
    private record Generation(
            CertificateSet certificates, ConcurrentMap<Key, SslContext> contexts) {
        Generation(CertificateSet certificates) {
            this(certificates, new ConcurrentHashMap<>());
        }
    }

    private final TlsSettings settings;
    private volatile Generation generation;

    /**
     * Contexts over these certificates.
     *
     * @throws IllegalStateException if the engine cannot use one of them
     */
    public TlsContexts(CertificateSet certificates, TlsSettings settings) {
        this.settings = settings;
        this.generation = usable(certificates);
    }

    /** The cipher suites that clients get to choose from, for listeners beside this one. */
    public static List<String> cipherSuites() {
        return CIPHERS;
    }

    /**
     * Takes other certificates into use.
     *
     * @throws IllegalStateException if the engine cannot use one of them; the present ones stay
     */
    public void replace(CertificateSet certificates) {
        generation = usable(certificates);
    }

    @Override
    public SslContext map(@Nullable String sniHost) {
        return context(generation, sniHost);
    }

    /** What clients of a host name are asked for. */
    @Nullable ClientCertificates clientCertificatesFor(@Nullable String sniHost) {
        return settings.clientCertificatesFor(sniHost);
    }

    /** Makes the contexts of all names now, so that the engine's objections are heard in time. */
    private Generation usable(CertificateSet certificates) {
        Generation made = new Generation(certificates);
        context(made, null);
        for (ServerCertificate certificate : certificates.certificates()) {
            for (String name : certificate.names()) {
                context(made, name.replace("*", "any"));
            }
        }
        return made;
    }

    private SslContext context(Generation of, @Nullable String sniHost) {
        Key key =
                new Key(
                        of.certificates().forName(sniHost),
                        settings.clientCertificatesFor(sniHost));
        return of.contexts().computeIfAbsent(key, this::context);
    }

    private SslContext context(Key key) {
        ServerCertificate certificate = key.certificate();
        SslContextBuilder builder =
                SslContextBuilder.forServer(certificate.key(), certificate.chain())
                        .sslProvider(settings.engine().provider())
                        .protocols("TLSv1.3", "TLSv1.2")
                        .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                        .applicationProtocolConfig(
                                new ApplicationProtocolConfig(
                                        Protocol.ALPN,
                                        SelectorFailureBehavior.NO_ADVERTISE,
                                        SelectedListenerFailureBehavior.ACCEPT,
                                        ALPN));
        ClientCertificates clients = key.clients();
        if (clients != null) {
            builder.trustManager(clients.anchors().toArray(X509Certificate[]::new))
                    .clientAuth(clients.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS with the certificate of " + certificate, e);
        }
    }
}
