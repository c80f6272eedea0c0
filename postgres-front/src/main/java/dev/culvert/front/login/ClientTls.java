package dev.culvert.front.login;

import dev.culvert.wire.scram.ChannelBinding;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What TLS tells about a client's connection.
 *
 * @param sniHost the host name that the client asked for, lower case, or null
 * @param binding what SCRAM can be bound to
 * @param certificate the certificate that the client has shown and a CA has issued, or null
 */
public record ClientTls(
        @Nullable String sniHost, ChannelBinding binding, @Nullable X509Certificate certificate) {
    /** A connection without TLS. */
    public static ClientTls none() {
        return new ClientTls(null, ChannelBinding.none(), null);
    }

    /** Whether the client may be this user, as far as its certificate goes. */
    boolean permits(String user) {
        return certificate == null || CertificateUsers.of(certificate).contains(user);
    }
}
