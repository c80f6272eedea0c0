/** Tests of PEM loading, with files in every form that the {@code openssl} command writes. */
@NullMarked
package dev.culvert.certs.load;

import org.jspecify.annotations.NullMarked;
