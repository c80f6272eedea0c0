/**
 * The program that turns PGlite's npm package into JVM classes and resources, run by this module's
 * own build. Nothing of it is packaged: what runs later are the classes it writes, and {@code
 * dev.culvert.pglite.wasm} in the module {@code pglite-jvm}, which they call.
 */
@NullMarked
package dev.culvert.pglite.build;

import org.jspecify.annotations.NullMarked;
