/** A backend that costs next to nothing, so that what is in front of it can be measured. */
@NullMarked
package dev.culvert.load.nulls;

import org.jspecify.annotations.NullMarked;
