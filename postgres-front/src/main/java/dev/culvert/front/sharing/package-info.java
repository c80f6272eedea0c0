/** Who gets a backend next, when there is one backend and several clients. */
@NullMarked
package dev.culvert.front.sharing;

import org.jspecify.annotations.NullMarked;
