/**
 * The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS.
 *
 * <p>The server keeps a {@link dev.culvert.wire.scram.ScramVerifier}, from which the password
 * cannot be read. A login is one {@link dev.culvert.wire.scram.ScramExchange}: the client's first
 * message makes an exchange that awaits the proof, the second makes it {@code Authenticated} or
 * {@code Rejected}. An unknown user goes through the same with a {@link
 * dev.culvert.wire.scram.MockVerifier}. Sources: RFC 5802, RFC 7677, RFC 5929; Postgres'
 * auth-scram.c where it is stricter.
 */
@NullMarked
package dev.culvert.wire.scram;

import org.jspecify.annotations.NullMarked;
