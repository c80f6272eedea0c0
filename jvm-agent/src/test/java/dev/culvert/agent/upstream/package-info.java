/** Tests of a Postgres server as a backend. */
@NullMarked
package dev.culvert.agent.upstream;

import org.jspecify.annotations.NullMarked;
