@NullMarked
package dev.culvert.load.jmh;

import org.jspecify.annotations.NullMarked;
