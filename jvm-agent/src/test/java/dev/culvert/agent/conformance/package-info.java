/**
 * The conversations of {@code tunnel-protocol/vectors/conversations.json}, held with this agent and
 * with the relay. Frames are put together and taken apart here by hand, without the codec.
 */
@NullMarked
package dev.culvert.agent.conformance;

import org.jspecify.annotations.NullMarked;
