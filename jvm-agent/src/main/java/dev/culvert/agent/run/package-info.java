/** Runs what comes through a tunnel: binds each stream to a session of a {@code Backend}. */
@NullMarked
package dev.culvert.agent.run;

import org.jspecify.annotations.NullMarked;
