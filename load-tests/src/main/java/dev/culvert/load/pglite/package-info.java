/** PGlite in the JVM beside PGlite in Node. */
@NullMarked
package dev.culvert.load.pglite;

import org.jspecify.annotations.NullMarked;
