/** {@code culvert serve}: a PGlite in this process as a Postgres server of this machine. */
@NullMarked
package dev.culvert.agent.serve;

import org.jspecify.annotations.NullMarked;
