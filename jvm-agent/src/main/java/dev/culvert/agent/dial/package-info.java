/**
 * The agent's way to the relay: a tunnel that outlives the WebSockets that carry it. {@link
 * dev.culvert.agent.dial.TunnelAgent} decides when to dial, {@link
 * dev.culvert.agent.dial.RelayConnection} is one WebSocket from HELLO to its end, {@link
 * dev.culvert.agent.dial.Epoch} what sessions live in. All of a tunnel is on one thread, that of
 * its {@link dev.culvert.agent.dial.Surroundings}; only {@link dev.culvert.agent.dial.VertxDialer}
 * knows sockets.
 */
@NullMarked
package dev.culvert.agent.dial;

import org.jspecify.annotations.NullMarked;
