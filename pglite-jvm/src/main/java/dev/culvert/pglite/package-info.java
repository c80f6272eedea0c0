/**
 * An unmodified PGlite, a Postgres compiled to WebAssembly, inside the JVM: without Node, native
 * code or a socket. {@link dev.culvert.pglite.PGlite} is where to begin; the packages below it are
 * its parts, and not meant to be used on their own.
 */
@NullMarked
package dev.culvert.pglite;

import org.jspecify.annotations.NullMarked;
