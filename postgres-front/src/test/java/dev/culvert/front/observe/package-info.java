/** What the front tells about its connections. */
@NullMarked
package dev.culvert.front.observe;

import org.jspecify.annotations.NullMarked;
