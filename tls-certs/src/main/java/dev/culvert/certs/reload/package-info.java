/**
 * Certificates that change on disk while the relay runs.
 *
 * <p>{@link dev.culvert.certs.reload.CertificateReloader} looks at the files now and then, loads
 * all of them when one has changed, and hands a new {@link dev.culvert.certs.CertificateSet} to its
 * listener, or keeps the old one and says why. It looks at contents rather than waiting for file
 * system events, because those do not arrive for network file systems or for the symbolic link that
 * Kubernetes swaps when a Secret changes.
 */
@NullMarked
package dev.culvert.certs.reload;

import org.jspecify.annotations.NullMarked;
