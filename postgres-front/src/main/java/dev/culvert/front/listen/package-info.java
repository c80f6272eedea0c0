/**
 * The listener and the pipeline of a client's connection, in the order that bytes meet it: first
 * packets, TLS with its certificate chosen by SNI, then the hand-over to login. The only package of
 * this module that accepts sockets.
 */
@NullMarked
package dev.culvert.front.listen;

import org.jspecify.annotations.NullMarked;
