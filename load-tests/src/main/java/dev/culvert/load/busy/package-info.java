/** Many sessions, each with little to do. */
@NullMarked
package dev.culvert.load.busy;

import org.jspecify.annotations.NullMarked;
