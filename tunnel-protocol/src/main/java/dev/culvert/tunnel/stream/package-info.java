/**
 * A live tunnel as a conversation: frames in, frames out, no I/O and no clock. {@link
 * dev.culvert.tunnel.stream.RelayTunnel} is the relay's side, {@link
 * dev.culvert.tunnel.stream.AgentTunnel} the agent's; each lives on one thread, the one that owns
 * its WebSocket.
 */
@NullMarked
package dev.culvert.tunnel.stream;

import org.jspecify.annotations.NullMarked;
