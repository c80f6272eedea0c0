/**
 * PEM files in, {@link dev.culvert.certs.ServerCertificate}s out, and certificates and keys back
 * into PEM text.
 *
 * <p>{@link dev.culvert.certs.load.PemFiles} is the entrance. A file is read whole and bounded,
 * split into PEM blocks (text around them is ignored), and the blocks that matter are decoded: any
 * number of certificates, and the first private key in whichever of the usual forms it comes. The
 * certificate that the key belongs to becomes the leaf and its issuers follow. Bouncy Castle parses
 * the containers; the keys and certificates themselves are the JDK's, and no security provider is
 * registered.
 */
@NullMarked
package dev.culvert.certs.load;

import org.jspecify.annotations.NullMarked;
