/**
 * The agents' side: a WebSocket that says HELLO becomes a live tunnel, which the front knows as a
 * backend. Frames come in on the WebSocket's event loop; sessions live on those of their clients,
 * and {@link dev.culvert.relay.tunnel.TunnelSession} is the bridge between the two.
 */
@NullMarked
package dev.culvert.relay.tunnel;

import org.jspecify.annotations.NullMarked;
