/**
 * What a Postgres client is told when something goes wrong.
 *
 * <p>Whoever refuses a client builds an {@link dev.culvert.wire.error.ErrorResponse} from a {@link
 * dev.culvert.wire.error.SqlState}, a message that says what happened and a hint that says what to
 * do, and writes it. The readers of this module throw it inside a {@link
 * dev.culvert.wire.error.WireException} when the peer broke the protocol.
 */
@NullMarked
package dev.culvert.wire.error;

import org.jspecify.annotations.NullMarked;
