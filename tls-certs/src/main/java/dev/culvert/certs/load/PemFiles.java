package dev.culvert.certs.load;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.ServerCertificate;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads certificates and keys from PEM files. Stateless; reads files, so not for an event loop.
 *
 * <p>Every way in which a file can be unusable is a {@link CertificateFileException} that names it.
 * An expired certificate is only a warning in the log: the operator sees it there, clients refuse
 * it anyway, and a relay that does not start would be worse.
 */
public final class PemFiles {
    private static final Logger log = LoggerFactory.getLogger(PemFiles.class);

    private PemFiles() {}

    /**
     * Loads a chain and its key. Keys may be PKCS#8, PKCS#1 (RSA) or SEC1 (EC), plain or encrypted;
     * the chain may be in any order and is returned leaf first. Both may be the same file, of at
     * most 1 MiB.
     *
     * @param certificateChain the leaf and its intermediates
     * @param key the leaf's key; the first in the file counts
     * @param passphrase for an encrypted key, ignored for a plain one; neither changed nor kept
     * @throws CertificateFileException if either file cannot be used
     */
    public static ServerCertificate load(
            Path certificateChain, Path key, char @Nullable [] passphrase) {
        List<X509Certificate> certificates = PemFile.read(certificateChain).certificates();
        PrivateKey privateKey = loadPrivateKey(key, passphrase);
        List<X509Certificate> chain =
                ChainOrder.leafFirst(certificates, privateKey)
                        .orElseThrow(() -> mismatch(certificateChain, key, certificates));
        warnIfOutsideValidity(certificateChain, chain.getFirst());
        return new ServerCertificate(chain, privateKey);
    }

    /** As {@link #load(Path, Path, char[])}, with the three together. */
    public static ServerCertificate load(CertificateFiles files) {
        return load(files.chain(), files.key(), files.passphrase());
    }

    /**
     * Loads a private key alone, in any of the forms above.
     *
     * @throws CertificateFileException if the file cannot be used
     */
    public static PrivateKey loadPrivateKey(Path key, char @Nullable [] passphrase) {
        return PemFile.read(key).privateKey(passphrase);
    }

    /**
     * Loads the certificates to trust: all in the file, in its order, at least one.
     *
     * @throws CertificateFileException if the file cannot be used
     */
    public static List<X509Certificate> loadTrustAnchors(Path file) {
        return List.copyOf(PemFile.read(file).certificates());
    }

    private static CertificateFileException mismatch(
            Path chain, Path key, List<X509Certificate> certificates) {
        return new CertificateFileException(
                key,
                CertificateProblem.KEY_MISMATCH,
                "the key belongs to none of the certificates in "
                        + chain
                        + " (the first is for "
                        + certificates.getFirst().getSubjectX500Principal()
                        + ")");
    }

    private static void warnIfOutsideValidity(Path file, X509Certificate leaf) {
        Instant now = Instant.now();
        Instant from = leaf.getNotBefore().toInstant();
        Instant to = leaf.getNotAfter().toInstant();
        if (now.isAfter(to)) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("expired", to)
                    .log("The certificate has expired; clients will refuse it.");
        } else if (now.isBefore(from)) {
            log.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("validFrom", from)
                    .log("The certificate is not valid yet; clients will refuse it.");
        }
    }
}
