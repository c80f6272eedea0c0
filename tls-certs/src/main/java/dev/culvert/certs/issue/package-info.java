/**
 * Certificates that Culvert makes itself, for development: a certificate authority of the user's
 * own, and a server certificate for wildcard names under it.
 *
 * <p>{@link dev.culvert.certs.issue.DevelopmentCa} is the entrance. It keeps five files in one
 * private directory: {@code ca.crt} and {@code ca.key}, {@code server.crt} and {@code server.key},
 * and {@code ca.lock}, which keeps two processes that start together from making two authorities.
 * The user trusts {@code ca.crt} once, for example with {@code sslrootcert=} in a connection
 * string, and server certificates come and go under it. Nothing here is meant for production.
 */
@NullMarked
package dev.culvert.certs.issue;

import org.jspecify.annotations.NullMarked;
