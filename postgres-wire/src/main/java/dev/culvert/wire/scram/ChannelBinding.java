package dev.culvert.wire.scram;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** What ties a login to the TLS connection it runs over. Source: RFC 5929. */
public sealed interface ChannelBinding {

    /** No binding: there is no TLS, or its certificate has none. PLUS must not be offered. */
    static ChannelBinding none() {
        return new None();
    }

    /**
     * The binding {@code tls-server-end-point}: the hash of the server's certificate, with the hash
     * function of its signature, or SHA-256 in place of MD5 and SHA-1. Source: RFC 5929, section
     * 4.1.
     *
     * @param certificate the one this server showed in the handshake
     * @return none when the signature has no single hash function, as Ed25519's: RFC 5929 defines
     *     no binding then, and libpq fails if PLUS is offered nevertheless
     */
    static ChannelBinding tlsServerEndPoint(X509Certificate certificate) {
        return CertificateHash.algorithm(certificate)
                .<ChannelBinding>map(algorithm -> hashed(certificate, algorithm))
                .orElseGet(None::new);
    }

    private static TlsServerEndPoint hashed(X509Certificate certificate, String algorithm) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            return new TlsServerEndPoint(digest.digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the certificate cannot be hashed", e);
        }
    }

    /** Whether SCRAM-SHA-256-PLUS may be offered. */
    default boolean isAvailable() {
        return this instanceof TlsServerEndPoint;
    }

    /** There is nothing to bind to. */
    record None() implements ChannelBinding {}

    /**
     * The binding {@code tls-server-end-point}.
     *
     * @param data the certificate's hash; not copied
     */
    @SuppressWarnings("ArrayRecordComponent")
    record TlsServerEndPoint(byte[] data) implements ChannelBinding {
        /** Name of this type of binding in SCRAM messages. */
        public static final String NAME = "tls-server-end-point";

        @Override
        public boolean equals(Object other) {
            return other instanceof TlsServerEndPoint that && Arrays.equals(data, that.data);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(data);
        }
    }
}
