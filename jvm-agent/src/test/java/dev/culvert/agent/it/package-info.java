/**
 * The whole path with nothing made up: a relay, an agent with a PGlite in it (the Node one and the
 * Java one in turn), and the clients that people use.
 */
@NullMarked
package dev.culvert.agent.it;

import org.jspecify.annotations.NullMarked;
