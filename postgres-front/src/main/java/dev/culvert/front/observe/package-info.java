/** What the front tells about its connections, for logs, meters and consoles. */
@NullMarked
package dev.culvert.front.observe;

import org.jspecify.annotations.NullMarked;
