/** A front for clients in the same process, who need no socket. */
@NullMarked
package dev.culvert.front.local;

import org.jspecify.annotations.NullMarked;
