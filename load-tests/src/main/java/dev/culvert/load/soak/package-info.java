/** A relay under load for a long time. */
@NullMarked
package dev.culvert.load.soak;

import org.jspecify.annotations.NullMarked;
