@NullMarked
package dev.culvert.load;

import org.jspecify.annotations.NullMarked;
