package dev.culvert.certs.issue;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.certs.load.PemText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ca.crt} and {@code ca.key}. Call with the directory locked. The key is written first and
 * the certificate last: a CA exists once its certificate does, and a key that a crash left behind
 * without one was never trusted by anybody and is replaced.
 */
final class CaFiles {
    static final String CERTIFICATE = "ca.crt";
    static final String KEY = "ca.key";

    private static final Logger log = LoggerFactory.getLogger(CaFiles.class);

    private final PrivateDirectory directory;
    private final Path certificateFile;
    private final Path keyFile;

    CaFiles(PrivateDirectory directory) {
        this.directory = directory;
        this.certificateFile = directory.resolve(CERTIFICATE);
        this.keyFile = directory.resolve(KEY);
    }

    /** The CA's certificate with its key. */
    record Authority(X509Certificate certificate, PrivateKey key) {
        @Override
        public String toString() {
            return "Authority[" + certificate.getSubjectX500Principal() + "]";
        }
    }

    Authority openOrCreate(Instant now) {
        return PrivateDirectory.exists(certificateFile) ? open(now) : create(now);
    }

    private Authority open(Instant now) {
        if (!PrivateDirectory.exists(keyFile)) {
            throw new CertificateFileException(
                    keyFile,
                    CertificateProblem.NOT_FOUND,
                    "the CA's key is missing; restore it, or delete "
                            + certificateFile
                            + " so that a new CA is made, and trust that one");
        }
        directory.requireSecret(keyFile);
        X509Certificate certificate;
        PrivateKey key;
        try {
            certificate = PemFiles.loadTrustAnchors(certificateFile).getFirst();
            key = PemFiles.loadPrivateKey(keyFile, null);
        } catch (CertificateFileException unusable) {
            throw new CertificateFileException(
                    unusable.file(),
                    unusable.problem(),
                    "the development CA cannot be opened, because "
                            + unusable.getMessage()
                            + startAgain(),
                    unusable);
        }
        check(certificate, key, now);
        return new Authority(certificate, key);
    }

    private void check(X509Certificate certificate, PrivateKey key, Instant now) {
        if (!ServerCertificate.keyBelongsTo(certificate, key)) {
            throw new CertificateFileException(
                    keyFile,
                    CertificateProblem.KEY_MISMATCH,
                    "is not the key of " + certificateFile + startAgain());
        }
        if (certificate.getBasicConstraints() < 0) {
            throw new CertificateFileException(
                    certificateFile,
                    CertificateProblem.UNSUPPORTED,
                    "is not the certificate of a CA" + startAgain());
        }
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        if (now.isAfter(to)) {
            throw new CertificateFileException(
                    certificateFile,
                    CertificateProblem.EXPIRED,
                    "the development CA expired at " + to + startAgain());
        }
        if (now.isBefore(from)) {
            throw new CertificateFileException(
                    certificateFile,
                    CertificateProblem.EXPIRED,
                    "the development CA is valid from "
                            + from
                            + ", and now is "
                            + now
                            + "; set this machine's clock");
        }
    }

    private Authority create(Instant now) {
        KeyPair keys = CertificateIssuer.newKeyPair();
        String name =
                "Culvert development CA (" + System.getProperty("user.name") + "@" + host() + ")";
        X509Certificate certificate = CertificateIssuer.authority(keys, name, now);
        directory.writeSecret(keyFile, PemText.privateKey(keys.getPrivate()));
        directory.writePublic(certificateFile, PemText.certificate(certificate));
        log.atInfo()
                .addKeyValue("file", certificateFile)
                .addKeyValue("notAfter", certificate.getNotAfter().toInstant())
                .log("Made a development CA; let TLS clients on this machine trust it.");
        return new Authority(certificate, keys.getPrivate());
    }

    private String startAgain() {
        return "; delete "
                + certificateFile
                + " and "
                + keyFile
                + " so that a new CA is made, and trust that one";
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
