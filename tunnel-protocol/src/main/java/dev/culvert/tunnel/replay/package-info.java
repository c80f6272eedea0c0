/**
 * Numbering, acknowledgement and replay: what makes a tunnel outlive its WebSocket; PROTOCOL.md
 * section 8. No I/O and no clock. Not thread-safe: belongs to the tunnel's thread.
 */
@NullMarked
package dev.culvert.tunnel.replay;

import org.jspecify.annotations.NullMarked;
