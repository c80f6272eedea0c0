/** Tests of the check of a relay. */
@NullMarked
package dev.culvert.agent.check;

import org.jspecify.annotations.NullMarked;
