package dev.culvert.certs;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A certificate or key file cannot be used. The message starts with the file, says what is wrong
 * and, where there is one, the remedy. It never holds key material or a passphrase.
 */
public final class CertificateFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final CertificateProblem problem;

    /** A problem that was found without an exception behind it. */
    public CertificateFileException(Path file, CertificateProblem problem, String text) {
        this(file, problem, text, null);
    }

    /** A problem with the exception that revealed it. */
    public CertificateFileException(
            Path file, CertificateProblem problem, String text, @Nullable Throwable cause) {
        super(file + ": " + text, cause);
        this.file = file;
        this.problem = problem;
    }

    /** The file as the caller named it. */
    public Path file() {
        return file;
    }

    /** What is wrong, as a label. */
    public CertificateProblem problem() {
        return problem;
    }
}
