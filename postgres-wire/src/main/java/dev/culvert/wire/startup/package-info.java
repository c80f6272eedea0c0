/**
 * What a client says first.
 *
 * <p>A new connection's bytes go through {@link dev.culvert.wire.startup.FirstPacketReader} until a
 * {@link dev.culvert.wire.startup.StartupMessage} or a {@link
 * dev.culvert.wire.startup.CancelRequest} has come; the encryption requests before it are answered
 * by the caller, with one byte. The version and options asked for then go through {@link
 * dev.culvert.wire.startup.ProtocolNegotiation}, and {@code options} through {@link
 * dev.culvert.wire.startup.StartupOptions}.
 */
@NullMarked
package dev.culvert.wire.startup;

import org.jspecify.annotations.NullMarked;
