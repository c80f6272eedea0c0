/**
 * The agent as a library: {@link dev.culvert.agent.Culvert#share} shares a {@link
 * dev.culvert.front.backend.Backend} through a relay.
 */
@NullMarked
package dev.culvert.agent;

import org.jspecify.annotations.NullMarked;
