@NullMarked
package dev.culvert.agent.dial;

import org.jspecify.annotations.NullMarked;
