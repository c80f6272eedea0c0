/**
 * Bytes to frames and back. Knows the layouts of PROTOCOL.md and checks every bound of it, so that
 * whoever receives a frame can rely on its members.
 */
@NullMarked
package dev.culvert.tunnel.codec;

import org.jspecify.annotations.NullMarked;
