package dev.culvert.certs.issue;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateNames;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.certs.load.PemText;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SequencedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code server.crt} and {@code server.key}. Call with the directory locked. The two are replaced
 * one after the other; a reader between the two sees a key that does not match, and looks again.
 */
final class ServerFiles {
    private static final Logger log = LoggerFactory.getLogger(ServerFiles.class);

    private final PrivateDirectory directory;

    ServerFiles(PrivateDirectory directory) {
        this.directory = directory;
    }

    Path certificateFile() {
        return directory.resolve("server.crt");
    }

    Path keyFile() {
        return directory.resolve("server.key");
    }

    /** What is stored; empty if there is nothing or it is unusable, since it can be made anew. */
    Optional<ServerCertificate> read() {
        if (!PrivateDirectory.exists(certificateFile()) || !PrivateDirectory.exists(keyFile())) {
            return Optional.empty();
        }
        directory.requireSecret(keyFile());
        try {
            return Optional.of(PemFiles.load(certificateFile(), keyFile(), null));
        } catch (CertificateFileException unusable) {
            log.atWarn()
                    .addKeyValue("file", unusable.file())
                    .addKeyValue("problem", unusable.problem())
                    .log("The stored server certificate cannot be used; issuing another.");
            return Optional.empty();
        }
    }

    /** The names of the stored certificate, whatever state its key is in. */
    SequencedSet<String> readNames() {
        SequencedSet<String> names =
                CertificateNames.of(PemFiles.loadTrustAnchors(certificateFile()).getFirst());
        if (names.isEmpty()) {
            throw new CertificateFileException(
                    certificateFile(),
                    CertificateProblem.MALFORMED,
                    "the certificate is for no name; delete it and start again");
        }
        return names;
    }

    void write(ServerCertificate certificate) {
        directory.writeSecret(keyFile(), PemText.privateKey(certificate.key()));
        directory.writePublic(certificateFile(), PemText.certificates(certificate.chain()));
    }
}
