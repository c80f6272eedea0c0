/** Programs that load a running relay on this machine, and tell what it cost. */
@NullMarked
package dev.culvert.load;

import org.jspecify.annotations.NullMarked;
