/** The processes that programs measure: how they are started, and what Linux tells about them. */
@NullMarked
package dev.culvert.load.process;

import org.jspecify.annotations.NullMarked;
