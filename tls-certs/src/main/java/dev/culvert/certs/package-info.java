/**
 * The certificates that a Culvert relay shows to its clients and agents, as values.
 *
 * <p>A {@link dev.culvert.certs.ServerCertificate} is a chain with the key that belongs to it; a
 * {@link dev.culvert.certs.CertificateSet} picks one by the host name in the ClientHello. They come
 * from {@code issue} (a development CA on the user's machine) or from {@code load} (PEM files that
 * an operator supplies), and {@code reload} replaces a whole set when those files change. Nothing
 * here knows a socket: the listener turns a {@code ServerCertificate} into its own TLS context.
 *
 * <p>What goes wrong with a file is one exception, {@link
 * dev.culvert.certs.CertificateFileException}, whose text names the file and the remedy and whose
 * {@link dev.culvert.certs.CertificateProblem} is fit for a metric label.
 */
@NullMarked
package dev.culvert.certs;

import org.jspecify.annotations.NullMarked;
