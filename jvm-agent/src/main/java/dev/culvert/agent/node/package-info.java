/** The headless agent with a PGlite in it, as a Node process that this one starts and watches. */
@NullMarked
package dev.culvert.agent.node;

import org.jspecify.annotations.NullMarked;
