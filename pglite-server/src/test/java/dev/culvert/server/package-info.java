/** A PGlite behind a front, asked by pgjdbc and by hand. */
@NullMarked
package dev.culvert.server;

import org.jspecify.annotations.NullMarked;
