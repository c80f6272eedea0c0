/**
 * Tests of certificate names and sets, and what the other tests share: the machine's {@code
 * openssl}, which makes and judges real files, and a TLS handshake on the loopback interface.
 */
@NullMarked
package dev.culvert.certs;

import org.jspecify.annotations.NullMarked;
