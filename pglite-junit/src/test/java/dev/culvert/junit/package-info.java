/** The extension, used as its users use it. */
@NullMarked
package dev.culvert.junit;

import org.jspecify.annotations.NullMarked;
