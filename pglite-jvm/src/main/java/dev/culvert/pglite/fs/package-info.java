/**
 * The files that a program sees: file systems on the host or in memory, mounted into one tree, and
 * the tar archives that move a database between machines. Knows nothing of WebAssembly.
 */
@NullMarked
package dev.culvert.pglite.fs;

import org.jspecify.annotations.NullMarked;
