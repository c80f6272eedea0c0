/**
 * The whole path with nothing made up: a relay, the Node agent with a PGlite in it, and the clients
 * that people use.
 */
@NullMarked
package dev.culvert.agent.it;

import org.jspecify.annotations.NullMarked;
