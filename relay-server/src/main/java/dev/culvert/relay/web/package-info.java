/** The HTTPS side: the tunnel endpoint, and the page with which a browser shares its database. */
@NullMarked
package dev.culvert.relay.web;

import org.jspecify.annotations.NullMarked;
