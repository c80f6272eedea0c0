package dev.culvert.certs.reload;

import dev.culvert.certs.CertificateSet;
import java.nio.file.Path;

/**
 * Hears about changed certificate files. Called one call at a time, on the thread that looked at
 * the files; hand over to an event loop yourself. An exception thrown here is logged and does not
 * stop the watching.
 */
public interface CertificateReloadListener {
    /**
     * All files were loaded after a change, or after a failure; use this set for new handshakes.
     */
    void onCertificatesChanged(CertificateSet certificates);

    /**
     * The files changed and cannot be used; the previous set stays in use. Called once per state of
     * the files, not at every look.
     *
     * @param file the file at fault
     * @param cause a {@link dev.culvert.certs.CertificateFileException} unless something unforeseen
     *     happened
     */
    default void onReloadFailed(Path file, Exception cause) {}
}
