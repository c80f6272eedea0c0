/**
 * Random conversations with a PGlite through the relay, and the same ones with a real PostgreSQL:
 * what the two answer is to be the same, but for what {@code docs/pglite-differences.md} lists.
 */
@NullMarked
package dev.culvert.agent.differential;

import org.jspecify.annotations.NullMarked;
