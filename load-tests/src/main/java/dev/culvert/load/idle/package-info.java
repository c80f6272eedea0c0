/** Tunnels that nobody uses. */
@NullMarked
package dev.culvert.load.idle;

import org.jspecify.annotations.NullMarked;
