/**
 * From what a client says (SNI, options, user) to a tunnel's name, and from there to a live tunnel.
 */
@NullMarked
package dev.culvert.relay.route;

import org.jspecify.annotations.NullMarked;
