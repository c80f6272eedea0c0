/** Makes a new data directory, by running PGlite's {@code initdb}. */
@NullMarked
package dev.culvert.pglite.initdb;

import org.jspecify.annotations.NullMarked;
