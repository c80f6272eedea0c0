/**
 * A live tunnel as a conversation: frames in, frames out, no I/O and no clock. {@link
 * dev.culvert.tunnel.stream.RelayTunnel} is the relay's side; it lives on one thread, the one that
 * owns the WebSocket.
 */
@NullMarked
package dev.culvert.tunnel.stream;

import org.jspecify.annotations.NullMarked;
