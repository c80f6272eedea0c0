/** Which tunnel a client means. */
@NullMarked
package dev.culvert.relay.route;

import org.jspecify.annotations.NullMarked;
