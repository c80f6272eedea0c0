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
 * @param certificateRequired whether nobody logs in without one
 */
public record ClientTls(
        @Nullable String sniHost,
        ChannelBinding binding,
        @Nullable X509Certificate certificate,
        boolean certificateRequired) {
    /** A connection without TLS. */
    public static ClientTls none() {
        return new ClientTls(null, ChannelBinding.none(), null, false);
    }

    /** Whether the client may be this user, as far as its certificate goes. */
    boolean permits(String user) {
        // the handshake has failed without a required one; this does not rely on it
        return certificate == null
                ? !certificateRequired
                : CertificateUsers.of(certificate).contains(user);
    }
}
