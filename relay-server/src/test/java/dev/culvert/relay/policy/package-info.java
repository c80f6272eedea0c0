/** Tests of who may open a tunnel. */
@NullMarked
package dev.culvert.relay.policy;

import org.jspecify.annotations.NullMarked;
