package dev.culvert.front.observe;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who was refused, as far as that was known by then.
 *
 * @param address where it connects from
 * @param backend which backend it has asked for; null when there is none of that name, or when it
 *     has not said
 * @param user as whom; null when it has not said
 */
public record RefusedClient(
        SocketAddress address, @Nullable String backend, @Nullable String user) {
    /** One that has not said what it wants. */
    public static RefusedClient at(SocketAddress address) {
        return new RefusedClient(address, null, null);
    }
}
