package dev.culvert.wire.startup;

/**
 * SSLRequest: the client asks for TLS. Answered with one byte, {@code S} or {@code N}.
 *
 * <p>The client waits for that byte, so anything it sent behind the request in plain is an attempt
 * to smuggle bytes into the encrypted session (CVE-2021-23214): only a TLS ClientHello may follow.
 */
public enum SslRequest implements FirstPacket {
    /** It has no content. */
    INSTANCE;

    /** The word in the version's place: 1234.5679. */
    static final int CODE = 80877103;
}
