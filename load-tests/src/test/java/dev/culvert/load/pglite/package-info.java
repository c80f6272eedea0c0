@NullMarked
package dev.culvert.load.pglite;

import org.jspecify.annotations.NullMarked;
