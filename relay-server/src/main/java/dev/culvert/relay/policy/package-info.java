/**
 * Who may open a tunnel, under which name, and how many. {@link dev.culvert.relay.policy.Access} is
 * what the tunnel endpoint asks; everything behind it decides without I/O, but for {@link
 * dev.culvert.relay.policy.JwtAccess}, which fetches keys.
 */
@NullMarked
package dev.culvert.relay.policy;

import org.jspecify.annotations.NullMarked;
