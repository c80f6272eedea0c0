/** JUnit's way to a fresh PGlite: {@link dev.culvert.junit.PgliteTest} is where to begin. */
@NullMarked
package dev.culvert.junit;

import org.jspecify.annotations.NullMarked;
