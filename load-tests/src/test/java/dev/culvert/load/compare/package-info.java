/** The relay beside other proxies, in one run. */
@NullMarked
package dev.culvert.load.compare;

import org.jspecify.annotations.NullMarked;
