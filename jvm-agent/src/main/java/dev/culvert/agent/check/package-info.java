/** {@code culvert check}: the way to a relay, step by step, each with a verdict. */
@NullMarked
package dev.culvert.agent.check;

import org.jspecify.annotations.NullMarked;
