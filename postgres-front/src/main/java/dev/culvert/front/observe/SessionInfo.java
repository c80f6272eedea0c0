package dev.culvert.front.observe;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What may be told about a session.
 *
 * @param id the session's id
 * @param backend the backend's name
 * @param client where the client connects from
 * @param user who logged in
 * @param application the client's application_name, or empty
 * @param tls such as {@code TLSv1.3}, or null for a connection without
 */
public record SessionInfo(
        String id,
        String backend,
        InetSocketAddress client,
        String user,
        String application,
        @Nullable String tls) {}
