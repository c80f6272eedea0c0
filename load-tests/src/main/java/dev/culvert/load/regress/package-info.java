/** PostgreSQL's own regression tests against a PGlite in the JVM, with real psql. */
@NullMarked
package dev.culvert.load.regress;

import org.jspecify.annotations.NullMarked;
