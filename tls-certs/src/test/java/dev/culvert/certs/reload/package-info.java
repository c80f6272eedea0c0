/** Tests of reloading, with real files and links; each look at them is an explicit call. */
@NullMarked
package dev.culvert.certs.reload;

import org.jspecify.annotations.NullMarked;
