package dev.culvert.front.login;

import dev.culvert.wire.scram.ChannelBinding;
import org.jspecify.annotations.Nullable;

/**
 * What TLS tells about a client's connection.
 *
 * @param sniHost the host name that the client asked for, lower case, or null
 * @param binding what SCRAM can be bound to
 */
public record ClientTls(@Nullable String sniHost, ChannelBinding binding) {
    /** A connection without TLS. */
    public static ClientTls none() {
        return new ClientTls(null, ChannelBinding.none());
    }
}
