/** Tests of the development CA, judged by the {@code openssl} command and by real handshakes. */
@NullMarked
package dev.culvert.certs.issue;

import org.jspecify.annotations.NullMarked;
